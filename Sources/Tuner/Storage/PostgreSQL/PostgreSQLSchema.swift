import Literals

/// The schema of PostgreSQL that has the tables of the studies of a database.
enum PostgreSQLSchema {
  static let name = "run_hyper"

  /// The version of the tables; the same as SQLite's.
  static var version: Int { Int(Schema.version) }

  /// What creates the tables, in the first schema of the search path.
  static var tables: String { String(decoding: PackageResources.schema_sql, as: UTF8.self) }

  /// The oldest server with all functions that the store uses.
  private static let oldestServer = 13

  /// Makes sure that the tables are there and up to date; several processes may try at once.
  ///
  /// Call it before the process takes its `OwnerLock`: an upgrade is refused while other processes hold theirs.
  ///
  /// Throws a `StorageError` if the schema is of a later version, or of another program, or of an earlier version that is in use.
  ///
  /// - Returns: The version from which this call has upgraded the tables; `nil` if it has not.
  @discardableResult
  static func install(with session: PostgreSQLSession, at location: PostgreSQLLocation) throws -> Int? {
    try reporting(location) {
      guard try state(session, location) != .current else { return nil }
      try session.script("BEGIN")
      do {
        // One after another: the next one finds the tables.
        try session.execute("SELECT pg_advisory_xact_lock(?)", [.integer(Int64(Schema.applicationID))])
        let state = try state(session, location)
        var upgraded: Int?
        switch state {
        case .current: break
        case .earlier(let version):
          try upgrade(from: version, session, location)
          upgraded = version
        case .absent:
          try session.script("CREATE SCHEMA \(name)")
          try createTables(session)
        case .empty: try createTables(session)
        }
        FaultPoint.schemaUncommitted.pass()
        try session.script("COMMIT")
        FaultPoint.schemaCommitted.pass()
        return upgraded
      } catch {
        try? session.script("ROLLBACK")
        throw error
      }
    }
  }

  private static func createTables(_ session: PostgreSQLSession) throws {
    try session.script(tables)
    // The version's own table makes the schema this program's. The id names what belongs to this database alone.
    try session.script(
      """
      CREATE TABLE version (
        schema bigint NOT NULL, application bigint NOT NULL,
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), id uuid NOT NULL DEFAULT gen_random_uuid());
      INSERT INTO version (schema, application) VALUES (\(version), \(Schema.applicationID));
      """)
  }

  /// Makes sure that the tables are those of this version, and changes nothing.
  ///
  /// A process calls it after it has taken its `OwnerLock`, on every connection: from then on, nobody upgrades the tables.
  ///
  /// Throws a `StorageError` if they are missing, of another version, or of another program, and a `PostgreSQLError`.
  static func requireCurrent(with session: PostgreSQLSession, at location: PostgreSQLLocation) throws {
    switch try state(session, location) {
    case .current: return
    case .absent, .empty: throw absence(location)
    case .earlier(let found): throw earlier(found, location)
    }
  }

  /// Makes sure that the tables can be read as those of this version, and changes nothing.
  ///
  /// In place of tables of an earlier version, the session then sees views of them with the columns of this version.
  ///
  /// Throws a `StorageError` if they are missing, of a later version, or of another program, and a `PostgreSQLError`.
  static func check(with session: PostgreSQLSession, at location: PostgreSQLLocation) throws {
    switch try state(session, location) {
    case .current: return
    case .absent, .empty: throw absence(location)
    case .earlier(let found):
      guard let views = views[found] else { throw earlier(found, location) }
      do { try session.script(views) } catch let error as PostgreSQLError {
        // A standby and some roles can have no views.
        guard error.kind == .readOnly || error.kind == .noPermission else { throw error }
        throw earlier(found, location)
      }
    }
  }

  private static func absence(_ location: PostgreSQLLocation) -> StorageError {
    StorageError(
      location: location.description, found: "a database without studies",
      expected: "a database with a study; start one first", isAbsence: true)
  }

  private static func earlier(_ found: Int, _ location: PostgreSQLLocation) -> StorageError {
    StorageError(
      location: location.description, found: "a study database of schema \(found)",
      expected: "schema \(version): '\(ProgramCommand.line("resume"))' upgrades it; or the run-hyper that made it")
  }

  private enum State: Equatable {
    case absent
    /// Somebody with the right to do so has created the schema for this program.
    case empty
    /// The tables of an earlier version, from which there is an upgrade.
    case earlier(Int)
    case current
  }

  private static func state(_ session: PostgreSQLSession, _ location: PostgreSQLLocation) throws -> State {
    func refused(_ found: String, _ expected: String) -> StorageError {
      StorageError(location: location.description, found: found, expected: expected)
    }
    let facts = try session.execute(
      """
      SELECT CAST(current_setting('server_version_num') AS bigint) / 10000, current_setting('server_encoding'),
        (SELECT oid FROM pg_namespace WHERE nspname = ?) IS NOT NULL,
        (SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = ?),
        (SELECT count(*) FROM pg_attribute
          WHERE attrelid = to_regclass('\(name).version') AND attname IN ('schema', 'application'))
      """, [.text(name), .text(name)]
    ).rows[0]
    if case .integer(let server) = facts[0], server < oldestServer {
      throw refused("PostgreSQL \(server)", "a server of version \(oldestServer) or later")
    }
    guard facts[1] == .text("UTF8") else {
      throw refused("a database with the encoding \(facts[1])", "one that was created with ENCODING 'UTF8'")
    }
    guard facts[2] == .integer(1) else { return .absent }
    guard facts[3] != .integer(0) else { return .empty }
    let versions =
      facts[4] == .integer(2)
      ? try session.execute("SELECT schema, application FROM \(name).version").rows : []
    guard versions.count == 1, versions[0][1] == .integer(Int64(Schema.applicationID)),
      case .integer(let found) = versions[0][0]
    else {
      throw refused(
        "a schema '\(name)' of another program", "a database for studies; name another with --storage")
    }
    guard found <= version else {
      throw refused("a study database of schema \(found)", "at most \(version); use a newer run-hyper")
    }
    guard found == version || upgrades[Int(found)] != nil else {
      throw refused("a study database of schema \(found)", "\(version); use the run-hyper that made it")
    }
    return found == version ? .current : .earlier(Int(found))
  }

  private static func reporting<Value>(_ location: PostgreSQLLocation, _ work: () throws -> Value) throws -> Value {
    do { return try work() } catch let error as PostgreSQLError {
      throw StorageError(error, location: location.description)
    }
  }
}
