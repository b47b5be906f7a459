import Foundation
import Locks
import Testing

@testable import Tuner

@Suite(.enabled(if: PostgreSQLServer.isInstalled, PostgreSQLServer.absence)) struct PostgreSQLDatabaseTests {
  private static func connect(_ uri: String, patience: Duration = .seconds(60)) throws -> PostgreSQLDatabase {
    try PostgreSQLDatabase(PostgreSQLLocation(uri), owner: ProcessIdentity(), patience: patience)
  }

  /// Ends the other connections to a database; returns how many there were.
  @discardableResult
  private static func cut(_ session: PostgreSQLSession) throws -> Int {
    try session.execute(
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
      """
    ).rows.count
  }

  @Test func `A transaction is all or nothing, and a read is a snapshot`() throws {
    let uri = try PostgreSQLServer.shared.newDatabase()
    let (one, two) = (try Self.connect(uri), try Self.connect(uri))
    try one.write { try $0.script("CREATE TABLE t (a bigint)") }
    struct Undone: Error {}
    #expect(throws: Undone.self) {
      try one.write { db in
        try db.run("INSERT INTO t VALUES (?)", [1])
        throw Undone()
      }
    }
    try one.read { db in
      #expect(try db.value(Int.self, "SELECT count(*) FROM t") == 0)
      try two.write { try $0.run("INSERT INTO t VALUES (?)", [2]) }
      #expect(try db.value(Int.self, "SELECT count(*) FROM t") == 0)
    }
    #expect(try one.read { try $0.values(Int.self, "SELECT a FROM t") } == [2])
    #expect(throws: PostgreSQLError.self) { try one.read { try $0.run("INSERT INTO t VALUES (3)") } }
    #expect(try one.read { try $0.value(Int.self, "SELECT count(*) FROM t") } == 1)
  }

  @Test(arguments: ["before", "during", "after"])
  func `A lost connection is made again, and nothing happens twice`(moment: String) throws {
    let uri = try PostgreSQLServer.shared.newDatabase()
    let database = try Self.connect(uri)
    let other = try PostgreSQLSession(uri)
    try database.write { try $0.script("CREATE TABLE t (a bigint)") }
    var runs = 0
    if moment == "before" { #expect(try Self.cut(other) == 1) }
    try database.write { db in
      runs += 1
      try db.run("INSERT INTO t VALUES (?)", [runs])
      if moment == "during", runs == 1 { try Self.cut(other) }
    }
    if moment == "after" { try Self.cut(other) }
    #expect(runs == (moment == "after" ? 1 : 2))
    #expect(try database.read { try $0.values(Int.self, "SELECT a FROM t") } == [runs])
  }

  @Test func `A process knows of its last transaction whether it was committed`() throws {
    let uri = try PostgreSQLServer.shared.newDatabase()
    _ = try Self.connect(uri)
    let (session, other) = (try PostgreSQLSession(uri), try PostgreSQLSession(uri))
    let record = try TransactionRecord(session)
    try session.script("BEGIN")
    try record.add(1, session)
    try session.script("ROLLBACK")
    #expect(try !record.hasCommitted(1, other))
    try session.begin()
    try record.add(2, session)
    try session.settle()
    let error = #expect(throws: PostgreSQLError.self) { try record.hasCommitted(2, other) }
    #expect(error?.kind == .conflict)
    try session.commit()
    #expect(try record.hasCommitted(2, other))
    #expect(try !record.hasCommitted(3, other))
    try record.remove(session)
    #expect(throws: PostgreSQLError.self) { try record.hasCommitted(2, other) }
    // If somebody else has removed it, it is made again.
    try record.add(3, session)
    try session.settle()
    #expect(try record.hasCommitted(3, other))
  }

  @Test func `Of two transactions that wait for each other, at least one is run again`() async throws {
    let uri = try PostgreSQLServer.shared.newDatabase()
    try Self.connect(uri).write {
      try $0.script("CREATE TABLE t (a bigint, n bigint); INSERT INTO t VALUES (1, 0), (2, 0)")
    }
    let begun = Locked(0)
    let run: @Sendable ([Int]) throws -> Int = { rows in
      var runs = 0
      try Self.connect(uri).write { db in
        runs += 1
        _ = try db.changes("UPDATE t SET n = n + 1 WHERE a = ?", [rows[0]])
        begun.withLock { $0 += 1 }
        while begun.withLock({ $0 }) < 2 { Thread.sleep(forTimeInterval: 0.01) }
        _ = try db.changes("UPDATE t SET n = n + 1 WHERE a = ?", [rows[1]])
      }
      return runs
    }
    async let one = Task.detached { try run([1, 2]) }.value
    async let two = Task.detached { try run([2, 1]) }.value
    #expect(try await one + two >= 3)
    #expect(try Self.connect(uri).read { try $0.values(Int.self, "SELECT n FROM t") } == [2, 2])
  }

  @Test func `While the server is away, calls wait for it, and when that has been too long, they try once`() throws {
    let link = try ServerLink()
    let patient = try Self.connect(link.uri)
    try link.cut()
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: 0.3)
      try? link.join()
    }
    #expect(try patient.read { try $0.value(Int.self, "SELECT 1") } == 1)

    let impatient = try Self.connect(link.uri, patience: .milliseconds(100))
    let stopping = try Self.connect(link.uri, patience: .seconds(86_400))
    stopping.attend(isStopping: { true }, onNotice: { _ in })
    try link.cut()
    for database in [impatient, stopping] {
      for _ in 0..<3 {
        let error = #expect(throws: PostgreSQLError.self) { try database.read { try $0.run("SELECT 1") } }
        #expect(error?.kind == .connectionLost)
      }
    }
    try link.join()
    for database in [impatient, stopping] {
      #expect(try database.read { try $0.value(Int.self, "SELECT 1") } == 1)
    }
  }

  @Test func `An owner elsewhere lives as long as it is connected, and a little longer`() throws {
    let folder = Folder()
    let uri = try PostgreSQLServer.shared.newDatabase()
    let store = try StudyStore(writing: uri, checkpoints: folder.path, heartbeatTimeout: .milliseconds(200))
    let (definition, cells) = try makeStudy("a choice [1,2]")
    let study = try store.createOrContinue(definition, cells: cells).study
    let owner = "elsewhere/0001/1/42/7/1"
    _ = try store.claim(from: study, owner: owner)
    let number = try OwnerLock.number(of: #require(ProcessIdentity(owner)))
    func watch(for times: Int) throws -> [Int] {
      var numbers: [Int] = []
      for _ in 0..<times {
        numbers += try store.reclaim(in: study)
        Thread.sleep(forTimeInterval: 0.1)
      }
      return numbers
    }
    let session = try PostgreSQLSession(uri)
    try session.execute(OwnerLock.take, [.integer(number)])
    #expect(try watch(for: 6) == [])
    try session.script("SELECT pg_advisory_unlock_all()")
    #expect(try store.reclaim(in: study) == [])
    Thread.sleep(forTimeInterval: 0.3)
    // The observer has to see it over one connection: a server that was away was so for the owner, too.
    try Self.cut(session)
    #expect(try store.reclaim(in: study) == [])
    #expect(try watch(for: 6) == [1])
    #expect(try store.counts(of: study).pending == 2)
  }

  /// Connections end at any statement, commits included, whose outcome is then in doubt.
  @Test(arguments: ["none", "asha first_rung=1 reduction_factor=2"])
  func `A study whose connections are ended again and again is the same as an undisturbed one`(pruner: String)
    async throws
  {
    let folder = Folder()
    let uri = try PostgreSQLServer.shared.newDatabase()
    var (definition, cells) = try makeStudy("a choice [1,2,3,4,5,6]\nb choice ['x','y']")
    definition.pruner = Pruner(pruner) ?? .none
    let file = try StudyStore(writing: folder.database)
    let undisturbed = try file.createOrContinue(definition, cells: cells).study
    _ = try await StudyRunner(store: file, study: undisturbed, objective: Toy(), workers: 1).run()

    let store = try StudyStore(writing: uri, checkpoints: nil)
    let study = try store.createOrContinue(definition, cells: cells).study
    let isOver = Locked(false)
    let cuts = Locked(0)
    let rounds = Locked(0)
    let knife = Thread {
      guard let other = try? PostgreSQLSession(uri) else { return }
      while !isOver.withLock({ $0 }) {
        let count = (try? Self.cut(other)) ?? 0
        cuts.withLock { $0 += count }
        rounds.withLock { $0 += 1 }
        Thread.sleep(forTimeInterval: Double.random(in: 0.01...0.08))
      }
    }
    knife.start()
    defer { isOver.withLock { $0 = true } }
    // Each epoch lasts until connections have been ended once more.
    let slow = Toy { _, _ in
      let round = rounds.withLock { $0 }
      while rounds.withLock({ $0 }) == round { Thread.sleep(forTimeInterval: 0.002) }
    }
    // With a pruner, what happens first decides; so the trials take turns.
    let workers = pruner == "none" ? 4 : 1
    #expect(try await StudyRunner(store: store, study: study, objective: slow, workers: workers).run() == .finished)
    isOver.withLock { $0 = true }
    #expect(cuts.withLock { $0 } > 2)

    let board = try store.leaderboard(of: study)
    #expect(try board.text(.csv) == file.leaderboard(of: undisturbed).text(.csv))
    let other = try PostgreSQLSession(uri)
    let attempts = try other.execute("SELECT count(*), count(DISTINCT trial_id) FROM attempt").rows
    #expect(attempts == [[.integer(Int64(cells.count)), .integer(Int64(cells.count))]] || pruner != "none")
    let checks = try store.verify().studies.flatMap(\.checks).filter { $0.name != "results" }
    #expect(checks.flatMap(\.problems).isEmpty, "\(checks.flatMap(\.problems))")
  }
}
