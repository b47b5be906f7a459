import Foundation
import Tuner

/// What a study costs beside its training: trials that compute nothing, kept as safely as any other.
///
/// The database lies in `studies`, so that it is the disk of real studies that is waited for.
struct StudyBenchmarks {
  let rounds: Int
  let report: Report
  private let trialCount = 100

  init(rounds: Int, report: Report) {
    self.rounds = rounds
    self.report = report
  }

  func run() async throws {
    try measureDisk()
    for workers in [1, 2, 8] {
      try await measure("\(trialCount) empty trials, \(workers) worker\(workers == 1 ? "" : "s")", workers, epochs: 0)
    }
    try await measure("\(trialCount) trials of 10 reported epochs, 2 workers", 2, epochs: 10)
  }

  /// The least that a record which survives a power cut can cost here.
  private func measureDisk() throws {
    try withFolder { folder in
      let path = folder + "/file"
      guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
      else { throw BenchmarkError("\(path): found no way to write it; expected a writable folder") }
      let page = Data(repeating: 1, count: 4096)
      let timing = Timing(
        seconds: try (0..<25).map { _ in
          let start = Timing.wallTime
          try file.write(contentsOf: page)
          try file.synchronize()
          return Timing.wallTime - start
        })
      report.add(Measurement(group: "study", name: "a page written and synced", timing: timing, rates: []))
    }
  }

  private func measure(_ name: String, _ workers: Int, epochs: Int) async throws {
    var seconds: [Double] = []
    for _ in 0..<rounds { seconds.append(try await time(workers, epochs: epochs)) }
    let timing = Timing(seconds: seconds)
    report.add(
      Measurement(
        group: "study", name: name, timing: timing,
        rates: [
          Rate("trials_per_second", Double(trialCount) / timing.median, "trials/s"),
          Rate("ms_per_trial", timing.median / Double(trialCount) * 1e3, "ms a trial"),
        ]))
  }

  /// Seconds from the first claim to the last end.
  private func time(_ workers: Int, epochs: Int) async throws -> Double {
    let folder = try makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let store = try EmptyStudy.store(folder + "/studies.sqlite")
    let study = try EmptyStudy.make(trialCount, in: store)
    let runner = StudyRunner(store: store, study: study, objective: EmptyObjective(epochs: epochs), workers: workers)
    let start = Timing.wallTime
    guard try await runner.run() == .finished else {
      throw BenchmarkError("study: found trials left over; expected none")
    }
    let duration = Timing.wallTime - start
    guard try store.counts(of: study).completed == trialCount else {
      throw BenchmarkError("study: found failed trials; expected none")
    }
    store.close()
    return duration
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = try makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func makeFolder() throws -> String {
    let folder = "studies/benchmark-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
  }
}
