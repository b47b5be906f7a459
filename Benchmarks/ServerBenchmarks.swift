import ArgumentParser
import Foundation
import Tuner

/// What a study on a PostgreSQL server costs.
///
/// Makes studies of its own in a database, and deletes them.
struct ServerBenchmarks {
  let storage: String
  let trialCount: Int?
  let processCount: Int
  let parameterCount: Int

  /// Bytes of a trial's state.
  let stateSize: Int
  let rounds: Int
  let report: Report

  /// What can be measured.
  enum Part: String, CaseIterable, ExpressibleByArgument {
    /// The rate of trials that compute nothing and report once.
    case trials

    /// The waits of eight workers that end a trial a second each.
    case claims

    /// The waits of a hundred workers that end a trial in two seconds each.
    case connected

    /// The best ten of very many trials.
    case best

    /// The state of a large model.
    case states
  }

  func run(_ parts: [Part]) throws {
    for part in parts {
      switch part {
      case .trials: try measureTrials(trialCount ?? 1000)
      case .claims: try measureWaits(workers: 8, pace: 1, trialsEach: 120)
      case .connected: try measureWaits(workers: 100, pace: 2, trialsEach: 30)
      case .best: try measureBest(of: trialCount ?? 100_000)
      case .states: try StateBenchmarks(storage: storage, size: stateSize, rounds: rounds, report: report).run()
      }
    }
  }

  private func measureTrials(_ trials: Int) throws {
    try EmptyStudy.with(trials, parameters: parameterCount, on: storage) { store, study in
      let workers = try StudyWorkers(
        processCount, StudyWorkers.Job(storage: storage, study: study.name, reports: true))
      let start = Timing.wallTime
      _ = try workers.work()
      let seconds = Timing.wallTime - start
      try requireAll(trials, of: study, in: store)
      report.add(
        Measurement(
          group: "server",
          name: "\(trials) trials, \(processCount) process\(processCount == 1 ? "" : "es")",
          timing: Timing(seconds: [seconds]),
          rates: [Rate("trials_per_second", Double(trials) / seconds, "trials/s")]))
    }
  }

  private func measureWaits(workers count: Int, pace: Double, trialsEach: Int) throws {
    try EmptyStudy.with(count * trialsEach, on: storage) { store, study in
      let job = StudyWorkers.Job(storage: storage, study: study.name, reports: true, pace: pace)
      let waits = try StudyWorkers(count, job).work()
      try requireAll(count * trialsEach, of: study, in: store)
      add("\(count) workers, \(Report.digits(pace)) s a trial: end and claim", waits.flatMap(\.claims))
      add("\(count) workers, \(Report.digits(pace)) s a trial: report", waits.flatMap(\.reports))
    }
  }

  private func add(_ name: String, _ seconds: [Double]) {
    let timing = Timing(seconds: seconds)
    report.add(
      Measurement(
        group: "server", name: name, timing: timing,
        rates: [
          Rate("p99_ms", timing.quantile(0.99) * 1e3, "ms p99"), Rate("count", Double(seconds.count), "of them"),
        ]))
  }

  private func measureBest(of trials: Int) throws {
    try EmptyStudy.with(trials, on: storage) { store, study in
      // How the study was filled does not matter to who reads it.
      let unsynced = storage + (storage.contains("?") ? "&" : "?") + "options=-csynchronous_commit%3Doff"
      _ = try StudyWorkers(2, StudyWorkers.Job(storage: unsynced, study: study.name)).work()
      try requireAll(trials, of: study, in: store)
      let reader = try StudyStore(reading: storage)
      let timing = Timing(
        seconds: try (0..<max(rounds, 9)).map { _ in
          let start = Timing.wallTime
          let board = try reader.leaderboard(of: study, LeaderboardQuery(top: 10))
          guard board.rows.count == 10 else {
            throw BenchmarkError("leaderboard: found \(board.rows.count) rows; expected 10")
          }
          return Timing.wallTime - start
        })
      reader.close()
      report.add(Measurement(group: "server", name: "the best 10 of \(trials)", timing: timing, rates: []))
      if let program = ProcessInfo.processInfo.environment["RUN_HYPER_PROGRAM"] {
        report.add(
          Measurement(
            group: "server", name: "the same by the command, start included",
            timing: Timing(seconds: try (0..<max(rounds, 9)).map { _ in try time(program, study) }), rates: []))
      }
    }
  }

  /// Seconds of the command `leaderboard`.
  private func time(_ program: String, _ study: Study) throws -> Double {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = ["leaderboard", study.name, "--top=10", "--storage=\(storage)"]
    process.standardOutput = FileHandle.nullDevice
    let start = Timing.wallTime
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw BenchmarkError("leaderboard: found exit status \(process.terminationStatus); expected 0")
    }
    return Timing.wallTime - start
  }

  private func requireAll(_ trials: Int, of study: Study, in store: StudyStore) throws {
    let completed = try store.counts(of: study).completed
    guard completed == trials else {
      throw BenchmarkError("study: found \(completed) of \(trials) trials completed; expected all")
    }
  }
}

extension EmptyStudy {
  /// Makes a study, calls `work`, and deletes the study.
  static func with(
    _ trials: Int, parameters: Int = 1, on storage: String, _ work: (StudyStore, Study) throws -> Void
  ) throws {
    let store = try EmptyStudy.store(storage)
    let study = try make(trials, parameters: parameters, named: "benchmark-\(UUID().uuidString)", in: store)
    let result = Result { try work(store, study) }
    let deletion = Result { try store.delete(study) }
    store.close()
    try result.get()
    _ = try deletion.get()
  }
}
