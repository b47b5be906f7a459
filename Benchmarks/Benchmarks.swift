import ArgumentParser
import Kernels
import Tuner

/// Measures what is asked for, in the order of `Group`.
@main
struct Benchmarks: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Benchmarks",
    abstract:
      "Measure the kernels, the head, a training step, an epoch, evaluation, threads, small batches, and what a study costs by itself.",
    discussion: """
      Example:
        scripts/bench kernels step --json=results.jsonl

      Every figure is a median with its spread, smallest to largest. Shares of the peak are of what multiply-adds \
      in registers alone reach on one core, measured in the same run. Kernels and steps are timed in CPU time of their \
      thread, all else by the clock on the wall.
      """)

  /// What can be measured.
  enum Group: String, CaseIterable, ExpressibleByArgument {
    case kernels, head, step, epoch, evaluation, threads, batches, study, scale, samplers, server
  }

  @Argument(
    help: """
      What to measure; without a name all but scale and samplers, which scripts/compare-optuna asks for, and server, \
      which needs one.
      """)
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

  @Option(
    help: ArgumentHelp(
      "Trials of the studies of scale and server; 100000, and 1000 in server's trials.", valueName: "count"))
  var trials: Int?

  @Option(help: ArgumentHelp("The PostgreSQL server's database of server.", valueName: "uri"))
  var storage: String?

  @Option(help: ArgumentHelp("A part of server, which can be repeated; without it all parts.", valueName: "name"))
  var part: [ServerBenchmarks.Part] = []

  @Option(help: ArgumentHelp("Processes of server's trials.", valueName: "count"))
  var processes = 8

  @Option(help: ArgumentHelp("Parameters of each trial of server's trials.", valueName: "count"))
  var parameters = 5

  @Option(help: ArgumentHelp("Megabytes of a state in server's states.", valueName: "count"))
  var megabytes = 230

  /// Whether this process is one of several that work on a study.
  @Flag(help: .hidden)
  var worker = false

  func validate() throws {
    guard (100...SearchSpace.largestGrid).contains(trials ?? 100) else {
      throw ValidationError("--trials: found \(trials ?? 0); expected a number from 100 to \(SearchSpace.largestGrid)")
    }
    for (option, number) in [
      ("rounds", rounds ?? 1), ("processes", processes), ("parameters", parameters), ("megabytes", megabytes),
    ]
    where number < 1 {
      throw ValidationError("--\(option): found \(number); expected 1 or more")
    }
    if groups.contains(.server), !PostgreSQLLocation.isURI(storage ?? "") {
      throw ValidationError(
        "--storage: found \(storage ?? "none"); expected postgresql://USER@HOST/DATABASE for server, "
          + "or scripts/bench server, which starts one")
    }
  }

  func run() async throws {
    if worker { return try await StudyWorkers.serve() }
    let report = try Report(json: json)
    // Samplers are measured by how good they are, for scripts/compare-optuna.
    let groups =
      groups.isEmpty
      ? Group.allCases.filter { ![.samplers, .scale, .server].contains($0) } : Group.allCases.filter(groups.contains)
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
    if groups.contains(.batches) {
      try ThreadBenchmarks(rounds: rounds ?? 5, report: report).runBatches(dataPath: dataPath)
    }
    if groups.contains(.samplers) { try SamplerBenchmarks().run() }
    if groups.contains(.scale) { try await ScaleBenchmarks(trialCount: trials ?? 100_000, report: report).run() }
    if groups.contains(.server), let storage {
      try ServerBenchmarks(
        storage: storage, trialCount: trials, processCount: processes, parameterCount: parameters,
        stateSize: megabytes * 1_000_000,
        rounds: rounds ?? 5, report: report
      ).run(part.isEmpty ? ServerBenchmarks.Part.allCases : part)
    }
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
