import Testing

@testable import Tuner

/// Statements that go to the server together, and one by one where libpq knows no other way.
@Suite(.enabled(if: PostgreSQLServer.isInstalled, PostgreSQLServer.absence)) struct PostgreSQLPipelineTests {
  private struct Unmet: Error, Equatable { let what: String }

  /// A session with a table `t` that has the rows 1 and 2 in its column `a`.
  private static func session(together: Bool) throws -> PostgreSQLSession {
    let session = try PostgreSQLSession(PostgreSQLServer.shared.newDatabase())
    if !together { session.pipeline = nil }
    #expect((session.pipeline != nil) == together)
    try session.script("CREATE TEMP TABLE t (a bigint PRIMARY KEY, data bytea); INSERT INTO t VALUES (1), (2)")
    return session
  }

  private static func rows(_ session: PostgreSQLSession) throws -> [[SQLValue]] {
    try session.execute("SELECT a FROM t ORDER BY a").rows
  }

  @Test(arguments: [true, false])
  func `Posted statements run in their order before the next result`(together: Bool) throws {
    let session = try Self.session(together: together)
    try session.begin()
    try session.post(PostgreSQLRequest("INSERT INTO t VALUES (?)", [.integer(3)]))
    try session.post(PostgreSQLRequest("UPDATE t SET a = a + 10 WHERE a = ?", [.integer(3)], orElse: Unmet(what: "3")))
    #expect(session.changeCount == 0)
    #expect(try Self.rows(session) == [[.integer(1)], [.integer(2)], [.integer(13)]])
    #expect(session.changeCount == 2)
    try session.post(PostgreSQLRequest("DELETE FROM t WHERE a = ?", [.integer(13)]))
    try session.commit()
    #expect(session.changeCount == 3)
    #expect(try Self.rows(session) == [[.integer(1)], [.integer(2)]])
  }

  @Test(arguments: [true, false])
  func `An unmet expectation is thrown, comes before a later error, and keeps the transaction from its commit`(
    together: Bool
  ) throws {
    let session = try Self.session(together: together)
    for later in ["SELECT 1", "INSERT INTO t VALUES (1)"] {
      try session.begin()
      try session.post(PostgreSQLRequest("INSERT INTO t VALUES (3)"))
      try session.post(PostgreSQLRequest("UPDATE t SET a = 5 WHERE a = 4", orElse: Unmet(what: "4")))
      try session.post(PostgreSQLRequest(later))
      #expect(throws: Unmet(what: "4")) { try session.commit() }
      try session.rollBack()
      #expect(!session.isLost)
      #expect(try Self.rows(session) == [[.integer(1)], [.integer(2)]])
    }
  }

  @Test(arguments: [true, false])
  func `An error is the server's first, and the session can be used after a rollback`(together: Bool) throws {
    let session = try Self.session(together: together)
    try session.begin()
    try session.post(PostgreSQLRequest("INSERT INTO t VALUES (3)"))
    try session.post(PostgreSQLRequest("INSERT INTO t VALUES (1)"))
    try session.post(PostgreSQLRequest("SELECT 1 / a FROM (SELECT 0 AS a) AS zero"))
    let error = #expect(throws: PostgreSQLError.self) { try session.commit() }
    #expect(error?.state == "23505")
    try session.rollBack()
    #expect(try Self.rows(session) == [[.integer(1)], [.integer(2)]])
  }

  @Test(arguments: [true, false])
  func `What was not sent is not sent after a rollback`(together: Bool) throws {
    let session = try Self.session(together: together)
    try session.begin()
    try session.post(PostgreSQLRequest("DELETE FROM t"))
    try session.rollBack()
    #expect(try Self.rows(session) == [[.integer(1)], [.integer(2)]])
  }

  @Test(arguments: [true, false])
  func `Whether rows have changed is asked of the server only where it is not known`(together: Bool) throws {
    let session = try Self.session(together: together)
    #expect(try !session.hasChanged(since: 0))
    try session.post(PostgreSQLRequest("DELETE FROM t WHERE a = 7"))
    #expect(try !session.hasChanged(since: 0))
    try session.post(PostgreSQLRequest("DELETE FROM t WHERE a = 2"))
    #expect(try session.hasChanged(since: 0))
    try session.post(PostgreSQLRequest("DELETE FROM t WHERE a = 1", orElse: Unmet(what: "1")))
    #expect(try session.hasChanged(since: 1))
    #expect(session.posted.count == 1)
  }

  @Test(arguments: [true, false])
  func `Many statements and large ones do not pile up`(together: Bool) throws {
    let session = try Self.session(together: together)
    for a in Int64(3)..<1003 { try session.post(PostgreSQLRequest("INSERT INTO t VALUES (?)", [.integer(a)])) }
    #expect(session.posted.count < 64)
    let bytes = [UInt8](repeating: 7, count: 600_000)
    for a in Int64(1)..<21 {
      try session.post(PostgreSQLRequest("UPDATE t SET data = ? WHERE a = ?", [.blob(bytes), .integer(a)]))
      #expect(session.posted.count < 3 || a < 4)
    }
    let sums = try session.execute("SELECT count(*), sum(length(data)) FROM t").rows
    #expect(sums == [[.integer(1002), .integer(12_000_000)]])
  }

  @Test func `A session that the server ends in between is lost, with the server's reason`() throws {
    let (session, other) = (try Self.session(together: true), try Self.session(together: true))
    let process = try session.execute("SELECT pg_backend_pid()").rows[0][0]
    try session.begin()
    try session.post(PostgreSQLRequest("INSERT INTO t VALUES (3)"))
    #expect(try other.execute("SELECT pg_terminate_backend(?)", [process]).rows == [[.integer(1)]])
    let error = #expect(throws: PostgreSQLError.self) { try session.commit() }
    #expect(error?.kind == .connectionLost && session.isLost)
  }
}
