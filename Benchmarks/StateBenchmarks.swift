import Foundation
import Kernels
import Tuner

/// What it takes to keep the state of a large model in a server's database, beside a file that is synced.
struct StateBenchmarks {
  let storage: String
  let size: Int
  let rounds: Int
  let report: Report

  func run() throws {
    var stream = RandomStream(Philox(key: 2020), 0, 0, 0)
    var state = (0..<size).map { _ in UInt8.random(in: 0...255, using: &stream) }
    var files: [Double] = []
    var (writes, reads, removals): ([Double], [Double], [Double]) = ([], [], [])
    try EmptyStudy.with(rounds, on: storage) { store, study in
      let owner = store.makeOwner()
      for round in 1...rounds {
        // Other bytes for each trial.
        state[0] = UInt8(truncatingIfNeeded: round)
        files.append(try Self.write(state))
        let trial = try claim(study, owner, store)
        writes.append(
          try Self.seconds {
            let report = RunningTrial.Report(epoch: 1, values: [("valid.value", 1)], checkpoint: state)
            if let failure = try store.observe(trial, report, seconds: 1, of: study).failure { throw failure }
          })
        _ = try store.release(trial, epoch: 1, checkpoint: nil, seconds: 1)
        var resumed = trial
        reads.append(try Self.seconds { resumed = try claim(study, owner, store) })
        guard resumed.number == trial.number, resumed.checkpoint == state else {
          throw BenchmarkError("state: found other bytes than were written; expected the same")
        }
        let result = TrialResult(bestEpoch: 1, bestValue: 1, metrics: [], ranks: [:], weights: nil)
        removals.append(
          try Self.seconds { _ = try store.finish(resumed, .completed(result), seconds: 1, of: study) })
      }
    }
    let megabytes = "\(size / 1_000_000) MB"
    add("a plain file of \(megabytes), written and synced", files)
    add("a state of \(megabytes), hashed, written, registered", writes)
    add("a trial claimed with its state, read and hashed", reads)
    add("a trial ended, its state removed", removals)
  }

  private func claim(_ study: Study, _ owner: String, _ store: StudyStore) throws -> ClaimedTrial {
    guard let trial = try store.claim(from: study, owner: owner).trial else {
      throw BenchmarkError("study: found no trial; expected one")
    }
    return trial
  }

  /// Seconds that a file takes on the disk of the studies.
  private static func write(_ bytes: [UInt8]) throws -> Double {
    let path = "studies/benchmark-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try seconds {
      guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
      else { throw BenchmarkError("\(path): found no way to write it; expected a writable folder") }
      try file.write(contentsOf: bytes)
      try file.synchronize()
      try file.close()
    }
  }

  private static func seconds(_ work: () throws -> Void) rethrows -> Double {
    let start = Timing.wallTime
    try work()
    return Timing.wallTime - start
  }

  private func add(_ name: String, _ seconds: [Double]) {
    let timing = Timing(seconds: seconds)
    report.add(
      Measurement(
        group: "server", name: name, timing: timing,
        rates: [Rate("megabytes_per_second", Double(size) / 1e6 / timing.median, "MB/s")]))
  }
}
