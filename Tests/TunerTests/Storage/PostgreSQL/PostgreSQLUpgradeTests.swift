import Foundation
import Locks
import Testing

@testable import Tuner

/// Tables of earlier versions on a server: read as they are, and upgraded once nobody uses them.
@Suite(.enabled(if: PostgreSQLServer.isInstalled, PostgreSQLServer.absence)) struct PostgreSQLUpgradeTests {
  private let server: PostgreSQLServer

  init() throws { server = try PostgreSQLServer.shared }

  private static let versions = 4...Int(Schema.version)
  private static let current = SQLValue.integer(Int64(Schema.version))

  /// A database with the tables that the released program of a version has made.
  private func database(_ version: Int = 4) throws -> (uri: String, session: PostgreSQLSession) {
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../run-hyperTests/Fixtures/schema-\(version)/postgresql.sql")
    let uri = try server.newDatabase()
    let session = try PostgreSQLSession(uri)
    try session.script("CREATE SCHEMA run_hyper; \(String(contentsOf: fixtures, encoding: .utf8))")
    return (uri, session)
  }

  private static func install(_ uri: String) throws -> Int? {
    try PostgreSQLSchema.install(with: PostgreSQLSession(uri), at: PostgreSQLLocation(uri))
  }

  private static func schema(_ session: PostgreSQLSession) throws -> SQLValue {
    try session.execute("SELECT schema FROM version").rows[0][0]
  }

  /// Everything that the server knows about the tables.
  private static func catalog(_ uri: String) throws -> [[SQLValue]] {
    let session = try PostgreSQLSession(uri)
    return try [
      "SELECT table_name, column_name, ordinal_position, data_type, is_nullable, column_default, collation_name "
        + "FROM information_schema.columns WHERE table_schema = 'run_hyper' ORDER BY 1, 3",
      "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'run_hyper' ORDER BY 1, 2",
      "SELECT CAST(conrelid::regclass AS text), conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2",
      "SELECT viewname, definition FROM pg_views WHERE schemaname = 'run_hyper' ORDER BY 1",
    ].flatMap { try session.execute($0).rows }
  }

  @Test(arguments: versions)
  func `Upgraded tables are those of a new database`(version: Int) throws {
    let (uri, session) = try database(version)
    #expect(try Self.install(uri) == (version < Schema.version ? version : nil))
    #expect(try Self.install(uri) == nil)
    #expect(try Self.schema(session) == Self.current)
    let new = try server.newDatabase()
    _ = try Self.install(new)
    let (upgraded, created) = (try Self.catalog(uri), try Self.catalog(new))
    #expect(upgraded.count > 100 && upgraded.count == created.count)
    for (one, other) in zip(upgraded, created) { #expect(one == other) }
  }

  @Test func `A run upgrades, and says from which schema`() throws {
    let uri = try database().uri
    let store = try StudyStore(writing: uri)
    #expect(store.upgrade == StudyStore.Upgrade(schema: 4, copy: nil))
    let (definition, cells) = try makeStudy()
    _ = try store.createOrContinue(definition, cells: cells)
    #expect(try StudyStore(writing: uri).upgrade == nil)
  }

  @Test func `Processes that use the tables are named, and keep them`() throws {
    let (uri, session) = try database()
    let lock = { (session: PostgreSQLSession, number: Int64) in
      _ = try session.execute(OwnerLock.take, [.integer(number)])
    }
    // One with a trial, one that has only its name, and one of somebody who has given it another.
    let owner = try #require(ProcessIdentity("node-7/b/1/4711/99"))
    try session.script(
      """
      INSERT INTO study (name, model, dataset, dataset_hash, search_space, fixed_configuration,
        fixed_configuration_hash, invocation, numeric_version, sampler, seed, metric, direction, created_at)
        VALUES ('s', 'm', 'd', 'h', 'x', '{}', 'f', '{}', 2, 'grid', 1, 'mrr@10', 'maximize', 'now');
      INSERT INTO trial (study_id, ordinal, fingerprint, configuration, state, owner)
        SELECT id, 1, repeat('f', 64), '{}', 'running', 'node-7/b/1/4711/99/1' FROM study;
      """)
    try lock(session, OwnerLock.number(of: owner))
    let named = try PostgreSQLSession(uri + "&application_name=run-hyper,%20process%2012%20on%20node-8")
    try lock(named, 12)
    let other = try PostgreSQLSession(uri + "&application_name=mine")
    try lock(other, 13)
    let error = #expect(throws: StorageError.self) { try StudyStore(writing: uri) }
    #expect(
      error?.description == """
        \(uri): found a study database of schema 4, in use by another process, process 12 on node-8, process 4711 on \
        node-7; expected nobody to use it while it is upgraded to schema \(Schema.version); end these processes, which \
        loses nothing, or use their run-hyper
        """)
    #expect(try Self.schema(session) == .integer(4))
    for process in [session, named, other] { try process.script("SELECT pg_advisory_unlock_all()") }
    #expect(try Self.install(uri) == 4)
    #expect(try session.execute("SELECT owner FROM trial").rows == [[.text("node-7/b/1/4711/99/1")]])
  }

  @Test func `Of eight new processes one upgrades, and the others find it done`() throws {
    let uri = try database().uri
    let versions = Locked<[Int?]>([])
    let (start, end) = (DispatchSemaphore(value: 0), DispatchGroup())
    for _ in 1...8 {
      end.enter()
      Thread.detachNewThread {
        start.wait()
        do {
          let store = try StudyStore(writing: uri)
          versions.withLock { $0.append(store.upgrade?.schema) }
        } catch { Issue.record(error) }
        end.leave()
      }
    }
    for _ in 1...8 { start.signal() }
    end.wait()
    #expect(versions.withLock { $0.count } == 8 && versions.withLock { $0.compactMap(\.self) } == [4])
  }

  @Test func `An upgrade that is killed leaves the tables as they were`() throws {
    let (uri, session) = try database()
    let before = try Self.catalog(uri)
    let dying = try PostgreSQLSession(uri)
    try dying.script("BEGIN")
    try PostgreSQLSchema.upgrade(from: 4, dying, PostgreSQLLocation(uri))
    try session.execute(
      "SELECT pg_terminate_backend(CAST(? AS integer), 10000)", dying.execute("SELECT pg_backend_pid()").rows[0])
    #expect(try Self.schema(session) == .integer(4))
    #expect(try Self.catalog(uri) == before)
    #expect(try Self.install(uri) == 4)
  }

  @Test func `An earlier program that starts during an upgrade waits, and finds the new version`() throws {
    let uri = try database().uri
    let upgrading = try PostgreSQLSession(uri)
    try upgrading.script("BEGIN")
    try PostgreSQLSchema.upgrade(from: 4, upgrading, PostgreSQLLocation(uri))
    let found = Locked<SQLValue?>(nil)
    let end = DispatchGroup()
    end.enter()
    Thread.detachNewThread {
      do {
        // As that program does: first the lock, then the version.
        let earlier = try PostgreSQLSession(uri)
        try earlier.execute(OwnerLock.take, [.integer(14)])
        let version = try Self.schema(earlier)
        found.withLock { $0 = version }
      } catch { Issue.record(error) }
      end.leave()
    }
    while try upgrading.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").rows == [[.integer(0)]] {
      Thread.sleep(forTimeInterval: 0.01)
    }
    #expect(found.withLock { $0 } == nil)
    try upgrading.script("COMMIT")
    end.wait()
    #expect(found.withLock { $0 } == Self.current)
  }

  @Test func `Reports read earlier tables as they are`() throws {
    let (uri, session) = try database()
    try session.script(
      """
      INSERT INTO study (name, model, dataset, dataset_hash, search_space, fixed_configuration,
        fixed_configuration_hash, invocation, numeric_version, sampler, seed, metric, direction, created_at)
        VALUES ('s', 'm', 'd', 'h', 'a choice [1]', '{}', 'f', '{}', 2, 'grid', 1, 'mrr@10', 'maximize', 'now');
      INSERT INTO trial (study_id, ordinal, fingerprint, configuration, attempt)
        SELECT id, 1, repeat('f', 64), '{"a": 1}', 1 FROM study;
      INSERT INTO attempt (trial_id, attempt, owner, started_at, ended_at, ending)
        SELECT id, 1, 'node-7/b/1/4711/99/1', 'then', 'now', 'interrupted' FROM trial;
      """)
    let before = try Self.catalog(uri)
    let store = try StudyStore(reading: uri)
    let study = try #require(try store.study())
    let attempts = try store.story(of: 1, in: study).attempts
    #expect(attempts.map(\.ending) == ["interrupted"] && attempts[0].machine == nil)
    #expect(try store.leaderboard(of: study).rows.isEmpty)
    let check = try #require(try store.verify().database.first)
    #expect(check.isSound && check.summary.hasPrefix("schema 4;"))
    #expect(try Self.catalog(uri) == before)

    try session.script("CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA run_hyper TO reader")
    try session.script("GRANT SELECT ON ALL TABLES IN SCHEMA run_hyper TO reader")
    let name = try session.execute("SELECT current_database()").rows[0][0].description.replacing("\"", with: "")
    let reader = uri.replacing("hyper@", with: "reader@")
    #expect(try StudyStore(reading: reader).study()?.name == "s")
    try session.script("REVOKE TEMPORARY ON DATABASE \(name) FROM PUBLIC")
    let error = #expect(throws: StorageError.self) { try StudyStore(reading: reader) }
    #expect(error?.found == "a study database of schema 4" && error?.isAbsence == false)
    #expect(error?.expected.hasPrefix("schema \(Schema.version): '") == true)
  }

  @Test func `A process that connects again after an upgrade to a later version ends`() throws {
    let uri = try server.newDatabase()
    let administrator = try PostgreSQLSession(uri)
    let process = try PostgreSQLDatabase(PostgreSQLLocation(uri), owner: ProcessIdentity(), patience: .seconds(60))
    try administrator.script("UPDATE version SET schema = 999")
    #expect(try process.read { try $0.value(Int.self, "SELECT schema FROM version") } == 999)
    try administrator.execute(
      """
      SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
      """)
    let error = #expect(throws: StorageError.self) { try process.read { try $0.value(Int.self, "SELECT 1") } }
    #expect(error?.found == "a study database of schema 999")
  }
}
