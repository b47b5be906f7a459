import Foundation
import Locks
import Tuner

/// What a study of very many trials costs by itself: is the last trial as cheap as the first, and do processes get in each other's way?
///
/// The trials compute nothing; every claim and every end is synced to the disk, as always.
struct ScaleBenchmarks {
  let report: Report
  let trialCount: Int

  /// A part of the trials whose rate is looked at by itself.
  private static let partCount = 10

  init(trialCount: Int, report: Report) {
    self.trialCount = trialCount
    self.report = report
  }

  func run() async throws {
    let folder = "studies/benchmark-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await measureOneProcess(folder + "/one.sqlite")
    try measureReports(folder + "/one.sqlite")
    try await measureCharts(folder + "/charts.sqlite", trials: min(trialCount, 10_000))
    try measureProcesses(8, folder + "/eight.sqlite", trials: trialCount)
  }

  /// One process from the first to the last trial.
  private func measureOneProcess(_ path: String) async throws {
    let store = try EmptyStudy.store(path)
    let study = try EmptyStudy.make(trialCount, in: store)
    let ends = Locked<[Double]>([])
    let start = Timing.wallTime
    let runner = StudyRunner(
      store: store, study: study, objective: EmptyObjective(epochs: 0), workers: 1,
      onEvent: { event in
        if case .ended = event { ends.withLock { $0.append(Timing.wallTime - start) } }
      })
    guard try await runner.run() == .finished else {
      throw BenchmarkError("study: found trials left over; expected none")
    }
    store.close()
    let times = ends.withLock { $0 }
    let size = times.count / Self.partCount
    for (name, part) in [("first", 0), ("last", Self.partCount - 1)] {
      let begin = part == 0 ? 0 : times[part * size - 1]
      let seconds = times[(part + 1) * size - 1] - begin
      add("the \(name) \(size) of \(trialCount) trials, one process", size, seconds)
    }
    add("all \(trialCount) trials, one process", times.count, times[times.count - 1])
  }

  private func measureReports(_ path: String) throws {
    let store = try StudyStore(reading: path)
    guard let study = try store.study() else { throw BenchmarkError("study: found none; expected one") }
    let timing = Timing(
      seconds: try (0..<9).map { _ in
        let start = Timing.wallTime
        let board = try store.leaderboard(of: study, LeaderboardQuery(top: 10))
        guard board.rows.count == 10 else {
          throw BenchmarkError("leaderboard: found \(board.rows.count) rows; expected 10")
        }
        return Timing.wallTime - start
      })
    report.add(Measurement(group: "scale", name: "the best 10 of \(trialCount)", timing: timing, rates: []))
  }

  /// The page of a study as large as a person still looks at, with as many metrics as BERT4Rec has.
  private func measureCharts(_ path: String, trials: Int) async throws {
    let store = try EmptyStudy.store(path)
    let study = try EmptyStudy.make(trials, in: store)
    let objective = EmptyObjective(epochs: 10, metricCount: 10)
    guard try await StudyRunner(store: store, study: study, objective: objective, workers: 2).run() == .finished else {
      throw BenchmarkError("study: found trials left over; expected none")
    }
    var size = 0
    for isPage in [false, true] {
      let timing = Timing(
        seconds: try (0..<5).map { _ in
          let start = Timing.wallTime
          let chart = try store.chart(of: study)
          if isPage { size = ChartPage.html(of: chart).utf8.count }
          return Timing.wallTime - start
        })
      report.add(
        Measurement(
          group: "scale", name: isPage ? "the page of that chart" : "the chart of \(trials) trials of 10 epochs",
          timing: timing,
          rates: isPage ? [Rate("megabytes", Double(size) / 1e6, "MB")] : []))
    }
    store.close()
  }

  /// Several processes on one study.
  private func measureProcesses(_ count: Int, _ path: String, trials: Int) throws {
    let store = try EmptyStudy.store(path)
    let study = try EmptyStudy.make(trials, in: store)
    let workers = try StudyWorkers(count, StudyWorkers.Job(storage: path, study: study.name))
    let start = Timing.wallTime
    _ = try workers.work()
    let seconds = Timing.wallTime - start
    let counts = try store.counts(of: study)
    guard counts.completed == trials else {
      throw BenchmarkError("study: found \(counts.completed) of \(trials) trials completed; expected all")
    }
    add("\(trials) trials, \(count) processes together", trials, seconds)
    store.close()
  }

  private func add(_ name: String, _ trials: Int, _ seconds: Double) {
    report.add(
      Measurement(
        group: "scale", name: name, timing: Timing(seconds: [seconds]),
        rates: [Rate("trials_per_second", Double(trials) / seconds, "trials/s")]))
  }
}

/// A study whose trials compute nothing.
enum EmptyStudy {
  /// Opens a database as a run does, with a machine in the record of each attempt.
  static func store(_ path: String) throws -> StudyStore {
    let machine = Tuner.Machine(cpu: "AMD EPYC 9654", instructionSet: "x86-64-v4", isMixed: false) { _ in true }
    return try StudyStore(writing: path, machine: machine)
  }

  /// - Parameter parameters: How many the trials have; all but the first have one value.
  static func make(
    _ trialCount: Int, parameters: Int = 1, named name: String = "empty", in store: StudyStore
  ) throws -> Study {
    let others = (1..<parameters).map { "\nother\($0) choice [1]" }.joined()
    let space = "number choice [\((1...trialCount).map { "\($0)" }.joined(separator: ","))]\(others)"
    let definition = StudyDefinition(
      name: name, model: "none", dataset: "none", datasetHash: "", searchSpace: space, fixedConfiguration: [],
      invocation: "{}", numericVersion: 1, seed: 1, metric: "value")
    return try store.createOrContinue(
      definition, cells: try SearchSpace(parsing: space, file: "benchmark").grid()
    ).study
  }
}

/// Reports some epochs of nothing.
struct EmptyObjective: Objective {
  let epochs: Int

  /// The number of metrics: all in each epoch, and for both splits at the end.
  var metricCount = 1

  func run(_ trial: RunningTrial) throws -> TrialOutcome {
    let names = ["value"] + (1..<metricCount).map { "value\($0)" }
    for epoch in stride(from: 1, through: epochs, by: 1) {
      try trial.report(
        epoch: epoch, values: [("train.loss", 1)] + names.map { ("valid.\($0)", Double(epoch)) },
        isLast: epoch == epochs)
    }
    let value = Double(trial.number)
    let splits = metricCount > 1 ? ["valid", "test"] : ["valid"]
    let metrics = splits.flatMap { split in names.map { SplitMetric(split: split, name: $0, value: value / 3) } }
    return .completed(
      TrialResult(
        bestEpoch: epochs, bestValue: value, metrics: metrics,
        ranks: [:], weights: nil))
  }
}
