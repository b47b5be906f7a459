import Foundation
import Locks
import Tuner

/// Several processes that work on one study, each with a store of its own, as processes on several hosts have.
struct StudyWorkers {
  /// What a process is to do.
  struct Job: Codable {
    let storage: String
    let study: String

    /// Whether each trial reports an epoch before it ends.
    var reports = false

    /// Seconds from one trial's end to the next, on average; `nil` for as fast as possible.
    var pace: Double?

    /// The number of trials of a study that is made first; `nil` if it is there.
    var makes: Int?

    /// How many trials this process ends before it leaves the rest; `nil` for all.
    var limit: Int?
  }

  /// How long a process's trials waited for the study, in seconds.
  struct Waits: Codable {
    /// From the end of a trial to the beginning of the next one: what it takes to end the one and to claim the other.
    var claims: [Double] = []

    var reports: [Double] = []
  }

  private let members: [Member]

  private struct Member {
    let process = Process()
    let input = Pipe()
    let output = Pipe()
  }

  /// The line of a process that is connected.
  private static let ready = "ready\n"

  /// Starts processes; all are connected to the study when this returns.
  init(_ count: Int, _ job: Job) throws {
    let line = try JSONEncoder().encode(job) + Data("\n".utf8)
    members = try (0..<count).map { _ in
      let member = Member()
      member.process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      member.process.arguments = ["--worker"]
      (member.process.standardInput, member.process.standardOutput) = (member.input, member.output)
      try member.process.run()
      // Not as an argument: a URI may have a password.
      try member.input.fileHandleForWriting.write(contentsOf: line)
      return member
    }
    for member in members {
      let answer = try member.output.fileHandleForReading.read(upToCount: Self.ready.utf8.count)
      guard answer == Data(Self.ready.utf8) else {
        throw BenchmarkError("worker: found one that could not open its study; expected all to be connected")
      }
    }
  }

  /// Lets all processes work until nothing is left, and returns how long each of them waited.
  func work() throws -> [Waits] {
    for member in members { try member.input.fileHandleForWriting.write(contentsOf: Data("go\n".utf8)) }
    return try members.map { member in
      let output = try member.output.fileHandleForReading.readToEnd() ?? Data()
      member.process.waitUntilExit()
      guard member.process.terminationStatus == 0 else {
        throw BenchmarkError("worker: found exit status \(member.process.terminationStatus); expected 0")
      }
      return try JSONDecoder().decode(Waits.self, from: output)
    }
  }

  // MARK: - In the worker

  /// Works as one of the processes.
  static func serve() async throws {
    let job = try JSONDecoder().decode(Job.self, from: Data((readLine() ?? "").utf8))
    let store = try EmptyStudy.store(job.storage)
    if let count = job.makes { _ = try EmptyStudy.make(count, named: job.study, in: store) }
    guard let study = try store.study(named: job.study) else {
      throw BenchmarkError("study: found none; expected '\(job.study)'")
    }
    let objective = PacedObjective(job)
    try FileHandle.standardOutput.write(contentsOf: Data(ready.utf8))
    guard readLine() != nil else { return }
    let stop = StopController()
    let ended = Locked(0)
    let runner = StudyRunner(store: store, study: study, objective: objective, workers: 1, stop: stop) { event in
      guard case .ended = event, let limit = job.limit else { return }
      let count = ended.withLock { count in
        count += 1
        return count
      }
      if count == limit { stop.requestStop() }
    }
    _ = try await runner.run()
    store.close()
    try FileHandle.standardOutput.write(contentsOf: JSONEncoder().encode(objective.waits))
  }
}
