import Foundation
import Testing

@testable import Tuner

/// A folder with a parameter file, and a database that jobs on a cluster share.
struct SlurmPlace {
  static let name = PostgreSQLPlace.name

  /// Four trials on the bundled data. Training waits for each report, since one that reaches the target ends the study.
  static let study = [
    "--params_file=hyper.test", "--hidden_size=16", "--inner_size=16", "--epochs=6", "--target=valid.mrr@10>1",
  ]

  enum Storage: Sendable {
    /// An SQLite file, on a file system that only this host has.
    case file
    /// The server of the tests, and a folder of checkpoints.
    case server
    /// The server beside the controller, by its address; nothing else is shared.
    case host
  }

  let cluster: SlurmCluster
  let program: Program
  let study: [String]

  /// Options of every command.
  let options: [String]

  /// What `submit` takes as well.
  private let submission: [String]

  /// The options where the cluster's hosts cannot be reached.
  private let outside: [String]

  /// - Parameter user: `hyper`, or another one of the tests' server, with or without a password.
  init(
    on cluster: SlurmCluster, _ storage: Storage = .server, user: String = "hyper", study: [String] = Self.study
  ) throws {
    (self.cluster, self.study) = (cluster, study)
    program = try PostgreSQLPlace.folder()
    switch storage {
    case .file: (options, submission, outside) = ([], ["--local_storage"], [])
    case .server:
      let owner = user.split(separator: ":")[0]
      let uri = try PostgreSQLServer.shared.newDatabase("OWNER \(owner)")
      let of = { (user: String) in ["--storage=\(uri.replacing("hyper@", with: "\(user)@"))", "--checkpoints=states"] }
      (options, submission, outside) = (of(user), [], of("hyper"))
    case .host:
      let server = try #require(cluster.server)
      let database = "test_\(UUID().uuidString.lowercased().replacing("-", with: "_"))"
      let socket = { (database: String) in "postgresql://hyper@/\(database)?host=\(server.socket)" }
      try PostgreSQLSession(socket("postgres")).script("CREATE DATABASE \(database)")
      (options, submission) = (["--storage=postgresql://hyper@\(server.address)/\(database)"], [])
      outside = ["--storage=\(socket(database))"]
    }
  }

  var environment: [String: String] {
    PostgreSQLPlace.environment.merging(["SLURM_CONF": cluster.configuration, "HOME": program.folder.path]) { $1 }
  }

  /// Runs a command of the program where jobs are submitted.
  func run(_ words: [String], environment: [String: String] = [:]) throws -> Program.Ending {
    let isSubmission = words.first == "submit"
    let prelude = "exec \(cluster.inside.joined(separator: " ")) env --chdir=\"$PWD\" \"$0\" \"$@\""
    return try program.run(
      words + options + (isSubmission ? submission : []), environment: self.environment.merging(environment) { $1 },
      prelude: cluster.inside.isEmpty ? nil : prelude)
  }

  /// Submits jobs for the study.
  ///
  /// - Returns: The number of the array.
  func submit(_ words: String..., environment: [String: String] = [:]) throws -> Int {
    try submitted(run(["submit"] + study + words, environment: environment))
  }

  /// The number of the array that `submit` has announced.
  func submitted(_ ending: Program.Ending) throws -> Int {
    #expect(ending.status == 0, "\(ending.errors)")
    let line = try #require(
      ending.output.wholeMatch(of: #/Submitted job (\d+): \d+ tasks? of study (\S+)\n/#), "\(ending)")
    #expect(line.output.2 == Self.name)
    return try #require(Int(line.output.1))
  }

  // MARK: - Jobs

  /// A task of an array, as Slurm sees it.
  struct Task {
    let id: String
    /// Its own number, which is that of the array for one task alone.
    let number: String
    let state: String
    let reason: String
    let node: String

    var isOver: Bool {
      ["COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "OUT_OF_MEMORY"].contains(state)
    }

    /// Whether it waits two minutes because it has been requeued.
    var waitsAfterRequeue: Bool { state == "PENDING" && reason == "BeginTime" }
  }

  func tasks(of array: Int) throws -> [Task] {
    let lines = try cluster.call("squeue", "-h", "-a", "-r", "-t", "all", "-j", "\(array)", "-o", "%i|%A|%T|%r|%N")
      .output
    return lines.split(separator: "\n").compactMap { line in
      let words = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      guard words.count == 5 else { return nil }
      return Task(id: words[0], number: words[1], state: words[2], reason: words[3], node: words[4])
    }
  }

  func task(_ id: String, of array: Int) throws -> Task? { try tasks(of: array).first { $0.id == id } }

  /// Waits until so many processes of an array stand still, and returns them.
  func stopped(_ count: Int, of array: Int) async throws -> [SlurmWorker] {
    var found: [SlurmWorker] = []
    try await cluster.wait(until: "\(count) processes stand still; \(logs(of: array))") {
      found = SlurmWorker.all(of: array, on: cluster).filter(\.isStopped)
      let over = try tasks(of: array).first(where: \.isOver)
      if let over { throw SlurmFailure(description: "\(over) ended too early; \(logs(of: array))") }
      return found.count == count
    }
    return found
  }

  /// Waits until a task is in the queue again, or has come out of it: on a busy machine, two minutes can pass between two looks.
  ///
  /// - Parameter round: How often it has been requeued then.
  func requeued(_ id: String, of array: Int, round: Int = 1) async throws {
    try await cluster.wait(until: "\(id) waits again; \(logs(of: array))") {
      guard let task = try task(id, of: array) else { return false }
      return try task.waitsAfterRequeue || (task.state == "RUNNING" && restarts(of: id) >= round)
    }
  }

  /// Lets a task that was requeued start soon, if it has not started by itself.
  func restart(_ id: String, of array: Int) async throws {
    var waiting = Waiting()
    try await cluster.wait(until: "\(id) may start again") {
      guard let task = try task(id, of: array) else { return false }
      if task.state == "RUNNING" { return true }
      guard waiting.isLongEnough(task, on: cluster) else { return false }
      try release(id)
      return true
    }
  }

  /// How long tasks have waited with nothing left of their last run.
  ///
  /// A node takes a job's next run for the one that was ended unless it was sent out in a later second, and Slurm takes it to have
  /// failed; that is why it lets it wait for two minutes.
  private struct Waiting {
    private var since: [String: ContinuousClock.Instant] = [:]

    mutating func isLongEnough(_ task: SlurmPlace.Task, on cluster: SlurmCluster) -> Bool {
      guard task.waitsAfterRequeue, SlurmWorker.hasLeft(task.number, cluster) else { return false }
      let now = ContinuousClock.now
      let first = since[task.id] ?? now
      since[task.id] = first
      return now - first > .seconds(2)
    }
  }

  private func release(_ id: String) throws {
    _ = try cluster.call("scontrol", "update", "jobid=\(id)", "StartTime=now")
  }

  /// Lets everything go on until all tasks have ended.
  func finish(_ array: Int) async throws {
    var waiting = Waiting()
    try await cluster.wait(until: "job \(array) ends; \(logs(of: array))") {
      let tasks = try self.tasks(of: array)
      for task in tasks where waiting.isLongEnough(task, on: cluster) { try release(task.id) }
      for worker in SlurmWorker.all(of: array, on: cluster) where worker.isStopped { worker.resume() }
      return tasks.allSatisfy(\.isOver)
    }
    // Slurm has forgotten a task only minutes after its end.
    let tasks = try self.tasks(of: array)
    #expect(!tasks.isEmpty && tasks.allSatisfy { $0.state == "COMPLETED" }, "\(tasks); \(logs(of: array))")
  }

  /// How often Slurm has put a task in the queue again.
  func restarts(of id: String) throws -> Int {
    let text = try cluster.call("scontrol", "show", "job", id).output
    return try #require(text.firstMatch(of: #/Restarts=(\d+)/#).flatMap { Int($0.output.1) }, "\(text)")
  }

  func log(of id: String) -> String {
    let file = program.folder.appendingPathComponent("\(Self.name).slurm/\(id).txt")
    return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
  }

  func logs(of array: Int) -> String {
    let ids = ((try? tasks(of: array)) ?? []).map(\.id)
    return ids.map { "== \($0)\n\(log(of: $0))" }.joined(separator: "\n")
  }

  // MARK: - The end

  /// The first column of what a statement finds.
  func column(_ sql: String) throws -> [String] {
    let uri = try #require(outside.first).replacing("--storage=", with: "")
    return try PostgreSQLSession(uri).execute(sql).rows.map { row in
      switch row[0] {
      case .text(let text): text
      case .integer(let number): "\(number)"
      default: "\(row[0])"
      }
    }
  }

  /// What a study has in the end without Slurm, in one process.
  static func alone(_ study: [String]) throws -> [String] {
    let program = try PostgreSQLPlace.folder()
    let ending = try program.run(study + ["--workers=1"])
    #expect(ending.status == 0, "\(ending.errors)")
    return try PostgreSQLPlace.reports(of: program, [])
  }

  private static let expected = Result { try alone(study) }

  /// Whether the study has ended as one process would have ended it.
  func expectSameEnd() throws {
    let expected = study == Self.study ? try Self.expected.get() : try Self.alone(study)
    let hasFiles = cluster.server == nil
    let reports = try PostgreSQLPlace.reports(of: program, outside, hasWeights: hasFiles)
    #expect(reports == (hasFiles ? expected : expected.dropLast()))
    let verified = try program.run(["verify"] + outside)
    #expect(verified.status == 0 && !verified.output.contains("WRONG"), "\(verified.output)\(verified.errors)")
  }
}
