/// The schema of PostgreSQL that has the tables of the studies of a database.
enum PostgreSQLSchema {
  static let name = "run_hyper"

  /// The version of the tables; the same as SQLite's.
  static var version: Int { Int(Schema.version) }

  /// What creates the tables, in the first schema of the search path.
  static var tables: String { String(decoding: PackageResources.schema_sql, as: UTF8.self) }

  /// The oldest server with all functions that the store uses.
  private static let oldestServer = 13

  /// Makes sure that the tables are there, and creates them if nobody has; several processes may try at once.
  ///
  /// Throws a `StorageError` if the schema is of a later version, or of another program.
  static func install(with session: PostgreSQLSession, at location: PostgreSQLLocation) throws {
    try reporting(location) {
      guard try state(session, location) != .current else { return }
      try session.script("BEGIN")
      do {
        // One after another: the next one finds the tables.
        try session.execute("SELECT pg_advisory_xact_lock(?)", [.integer(Int64(Schema.applicationID))])
        let state = try state(session, location)
        if state == .absent { try session.script("CREATE SCHEMA \(name)") }
        if state != .current {
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
        FaultPoint.schemaUncommitted.pass()
        try session.script("COMMIT")
        FaultPoint.schemaCommitted.pass()
      } catch {
        try? session.script("ROLLBACK")
        throw error
      }
    }
  }

  /// Makes sure that the tables are there, and changes nothing.
  ///
  /// Throws a `StorageError` if they are missing, of a later version, or of another program.
  static func check(with session: PostgreSQLSession, at location: PostgreSQLLocation) throws {
    try reporting(location) {
      guard try state(session, location) != .current else { return }
      throw StorageError(
        location: location.description, found: "a database without studies",
        expected: "a database with a study; start one first", isAbsence: true)
    }
  }

  private enum State {
    case absent
    /// Somebody with the right to do so has created the schema for this program.
    case empty
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
    guard found == version else {
      throw refused("a study database of schema \(found)", "\(version); use the run-hyper that made it")
    }
    return .current
  }

  private static func reporting(_ location: PostgreSQLLocation, _ work: () throws -> Void) throws {
    do { try work() } catch let error as PostgreSQLError {
      throw StorageError(error, location: location.description)
    }
  }
}
