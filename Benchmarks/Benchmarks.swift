import ArgumentParser
import Kernels
import Tuner

/// Measures what is asked for, in the order of `Group`.
@main
struct Benchmarks: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Benchmarks",
    abstract:
      "Measure the kernels, the head, a training step, an epoch, evaluation, threads, and what a study costs by itself.",
    discussion: """
      Example:
        scripts/bench kernels step --json=results.jsonl

      Every figure is a median with its spread, smallest to largest. Shares of the peak are of what multiply-adds \
      in registers alone reach on one core, measured in the same run. Kernels and steps are timed in CPU time of their \
      thread, all else by the clock on the wall.
      """)

  /// What can be measured.
  enum Group: String, CaseIterable, ExpressibleByArgument {
    case kernels, head, step, epoch, evaluation, threads, study, scale, samplers
  }

  @Argument(
    help: "What to measure; without a name all but scale and samplers, which scripts/compare-optuna asks for.")
  var groups: [Group] = []

  @Option(help: ArgumentHelp("Write each result to this file as a line of JSON, too.", valueName: "file"))
  var json: String?

  @Option(help: ArgumentHelp("How often to measure each; every group has a default of its own.", valueName: "n"))
  var rounds: Int?

  @Option(
    help: ArgumentHelp(
      "The dataset of epoch, evaluation and threads; without it grocery, and ml-100k where it is.", valueName: "name"))
  var dataset: String?

  @Option(
    name: [.customLong("data_path"), .customLong("data-path")],
    help: ArgumentHelp("The folder of datasets.", valueName: "folder"))
  var dataPath: String?

  @Option(help: ArgumentHelp("Trials of the study of scale.", valueName: "count"))
  var trials = 100_000

  /// The database of a study that this process is to work on, for measuring several.
  @Option(help: .hidden)
  var workerOn: String?

  func validate() throws {
    guard (100...SearchSpace.largestGrid).contains(trials) else {
      throw ValidationError("--trials: found \(trials); expected a number from 100 to \(SearchSpace.largestGrid)")
    }
    if let rounds, rounds < 1 { throw ValidationError("--rounds: found \(rounds); expected 1 or more") }
  }

  func run() async throws {
    if let workerOn { return try await EmptyStudy.work(on: workerOn) }
    let report = try Report(json: json)
    // Samplers are measured by how good they are, for scripts/compare-optuna.
    let groups =
      groups.isEmpty
      ? Group.allCases.filter { $0 != .samplers && $0 != .scale } : Group.allCases.filter(groups.contains)
    let peak = Peak(rounds: 15)
    report.add(peak.result)
    if groups.contains(.kernels) {
      try ProductBenchmarks(rounds: rounds ?? 15, peak: peak, report: report).run()
      try ElementBenchmarks(rounds: rounds ?? 15, report: report).run()
    }
    if groups.contains(.head) { HeadBenchmarks(rounds: rounds ?? 9, peak: peak, report: report).run() }
    if groups.contains(.step) { try StepBenchmarks(rounds: rounds ?? 9, peak: peak, report: report).run() }
    if !groups.filter({ [.epoch, .evaluation, .threads].contains($0) }).isEmpty {
      try EpochBenchmarks(
        rounds: rounds ?? 3, peak: peak, report: report, showsEpoch: groups.contains(.epoch),
        showsEvaluation: groups.contains(.evaluation), showsThreads: groups.contains(.threads)
      ).run(dataset: dataset, dataPath: dataPath)
    }
    if groups.contains(.samplers) { try SamplerBenchmarks().run() }
    if groups.contains(.scale) { try await ScaleBenchmarks(trialCount: trials, report: report).run() }
    if groups.contains(.study) { try await StudyBenchmarks(rounds: rounds ?? 5, report: report).run() }
  }
}

/// The speed of multiply-adds that read no memory, which products are compared with.
struct Peak {
  let result: Measurement
  let operationsPerSecond: Double

  init(rounds: Int) {
    var operations = 0.0
    let timing = Timing(rounds: rounds) { operations = runPeakLoop(rounds: 500_000) }
    operationsPerSecond = operations / timing.median
    result = Measurement(
      group: "machine", name: "multiply-adds in registers, one core", timing: timing,
      rates: [Rate("gflops", operationsPerSecond / 1e9, "GFLOP/s")])
  }

  /// The rates of so many floating-point operations.
  func rates(operations: Double, timing: Timing) -> [Rate] {
    let speed = operations / timing.median
    return [
      Rate("gflops", speed / 1e9, "GFLOP/s"), Rate("share_of_peak", speed / operationsPerSecond, share: "of the peak"),
    ]
  }
}
