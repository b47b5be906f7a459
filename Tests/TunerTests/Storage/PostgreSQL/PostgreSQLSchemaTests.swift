import Foundation
import Locks
import Testing

@testable import Tuner

@Suite(.enabled(if: PostgreSQLServer.isInstalled, PostgreSQLServer.absence)) struct PostgreSQLSchemaTests {
  private let server: PostgreSQLServer

  init() throws { server = try PostgreSQLServer.shared }

  private func install(_ uri: String) throws {
    try PostgreSQLSchema.install(with: PostgreSQLSession(uri), at: PostgreSQLLocation(uri))
  }

  private func check(_ uri: String) throws {
    try PostgreSQLSchema.check(with: PostgreSQLSession(uri), at: PostgreSQLLocation(uri))
  }

  @Test func `The tables are created once, in a schema of their own`() throws {
    let uri = try server.newDatabase()
    let absence = #expect(throws: StorageError.self) { try check(uri) }
    #expect(absence?.isAbsence == true && absence?.found == "a database without studies")
    for _ in 1...2 { try install(uri) }
    try check(uri)
    let session = try PostgreSQLSession(uri)
    let schemas = try session.execute(
      "SELECT DISTINCT table_schema FROM information_schema.tables WHERE table_name IN ('study', 'trial', 'leaderboard')"
    )
    #expect(schemas.rows == [[.text("run_hyper")]])
    #expect(
      try session.execute("SELECT schema, application, only_row FROM version").rows
        == [[.integer(Int64(Schema.version)), .integer(Int64(Schema.applicationID)), .integer(1)]])
    #expect(throws: PostgreSQLError.self) { try session.script("INSERT INTO version VALUES (1, 1)") }
    #expect(try session.execute("SELECT count(*) FROM trial").rows == [[.integer(0)]])
  }

  @Test func `Eight processes may create the tables at once`() throws {
    let uri = try server.newDatabase()
    let errors = Locked<[String]>([])
    let (start, end) = (DispatchSemaphore(value: 0), DispatchGroup())
    for _ in 1...8 {
      end.enter()
      Thread.detachNewThread {
        start.wait()
        do { try install(uri) } catch { errors.withLock { $0.append("\(error)") } }
        end.leave()
      }
    }
    for _ in 1...8 { start.signal() }
    end.wait()
    #expect(errors.withLock { $0 } == [])
    try check(uri)
  }

  @Test func `A database that is not ours, or not yet, is refused and left alone`() throws {
    for (sql, found, expected) in [
      (
        "UPDATE run_hyper.version SET schema = 999", "a study database of schema 999",
        "at most \(Schema.version); use a newer run-hyper"
      ),
      (
        "UPDATE run_hyper.version SET schema = 1", "a study database of schema 1",
        "\(Schema.version); use the run-hyper that made it"
      ),
      (
        "UPDATE run_hyper.version SET application = 1", "a schema 'run_hyper' of another program",
        "a database for studies; name another with --storage"
      ),
      (
        "DROP SCHEMA run_hyper CASCADE; CREATE SCHEMA run_hyper; CREATE TABLE run_hyper.version (number bigint)",
        "a schema 'run_hyper' of another program", "a database for studies; name another with --storage"
      ),
    ] {
      let uri = try server.newDatabase()
      try install(uri)
      try PostgreSQLSession(uri).script(sql)
      for work in [install, check] {
        let error = #expect(throws: StorageError.self) { try work(uri) }
        #expect(error?.found == found && error?.expected == expected && error?.isAbsence == false)
        #expect(error?.location == uri)
      }
    }
    let latin = try server.newDatabase("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    let error = #expect(throws: StorageError.self) { try install(latin) }
    #expect(error?.found == "a database with the encoding \"LATIN1\"")
  }

  @Test func `A role without rights needs a schema that somebody has created for it`() throws {
    let uri = try server.newDatabase()
    let administrator = try PostgreSQLSession(uri)
    try administrator.script("CREATE ROLE lowly LOGIN")
    let lowly = uri.replacing("hyper@", with: "lowly@")
    let error = #expect(throws: StorageError.self) { try install(lowly) }
    #expect(error?.found.hasPrefix("permission denied for database") == true)
    #expect(error?.expected == "a role that may create and write the schema, or another --storage")
    try administrator.script("CREATE SCHEMA run_hyper AUTHORIZATION lowly")
    try install(lowly)
    try check(uri)
  }

  @Test func `A process that dies while it creates the tables leaves none`() throws {
    let uri = try server.newDatabase()
    let session = try PostgreSQLSession(uri)
    try session.script("BEGIN; CREATE SCHEMA run_hyper; \(PostgreSQLSchema.tables)")
    try PostgreSQLSession(uri).execute(
      "SELECT pg_terminate_backend(CAST(? AS integer))", session.execute("SELECT pg_backend_pid()").rows[0])
    try install(uri)
    try check(uri)
  }
}
