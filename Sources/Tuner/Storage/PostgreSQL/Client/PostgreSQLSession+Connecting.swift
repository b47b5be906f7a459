extension PostgreSQLSession {
  /// Parameters that the user has not set.
  ///
  /// A server that does not answer is given up after some ten seconds, in place of the kernel's quarter of an hour.
  private static let defaults = [
    ("fallback_application_name", ProcessIdentity.name), ("connect_timeout", "10"), ("keepalives_idle", "5"),
    ("keepalives_interval", "2"), ("keepalives_count", "3"), ("tcp_user_timeout", "10000"),
  ]

  /// The settings of the session: those that the store relies on, and those that the user has not set for the session,
  /// the role or the database, where the server has them.
  ///
  /// Whoever waits for a study's row waits as long as it takes. The others let the server notice that this process, or its host, is gone,
  /// and free its locks. Only servers on Linux can watch a connection during a statement, in all versions. The last one is of disks without
  /// heads: with the default, which is of those with heads, the server counts trials in the whole table instead of an index.
  static let settings = """
    SET extra_float_digits = 1;
    SET standard_conforming_strings = on;
    SET default_transaction_isolation = 'read committed';
    SET search_path = \(PostgreSQLSchema.name);
    SET statement_timeout = 0;
    SET lock_timeout = 0;
    SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout';
    SELECT set_config(name, value, false)
    FROM (VALUES ('idle_in_transaction_session_timeout', '30s'), ('client_connection_check_interval', '2s'),
      ('tcp_keepalives_idle', '5'), ('tcp_keepalives_interval', '2'), ('tcp_keepalives_count', '3'),
      ('tcp_user_timeout', '10s'), ('random_page_cost', '1.1')) AS ours (name, value)
    JOIN pg_settings USING (name)
    WHERE source NOT IN ('client', 'user', 'database', 'database user')
      AND (name <> 'client_connection_check_interval' OR version() ~ 'linux')
      AND (name <> 'random_page_cost' OR source = 'default');
    """

  /// Connects; the connection is open when this returns.
  static func connect(_ text: String, _ pq: LibPQ) throws -> LibPQ.Connection {
    let set = Set(pq.effectiveParameters(of: text).filter { $0.value != "" }.map(\.keyword))
    let parameters =
      [("dbname", text), ("client_encoding", "UTF8")] + defaults.filter { !set.contains($0.0) }
    let connection = unsafe pq.withCTexts(parameters.map { $0.0 }) { keywords in
      unsafe pq.withCTexts(parameters.map { $0.1 }) { values in unsafe pq.connectdbParams(keywords, values, 1) }
    }
    guard let connection = unsafe connection else {
      throw PostgreSQLError(state: "", message: "no memory for a connection", isLost: false)
    }
    // Notices would go to standard error.
    _ = unsafe pq.setNoticeProcessor(connection, { _, _ in }, nil)
    func message() -> String? {
      guard unsafe pq.status(connection) != 0 else { return nil }
      return unsafe pq.errorMessage(connection).map { unsafe String(cString: $0) } ?? ""
    }
    guard var problem = message() else { return unsafe connection }
    if PostgreSQLError.isServers(problem) {
      // libpq has an SQLSTATE for a failed connection only as a part of a verbose message, and takes that wish after
      // its first try.
      _ = unsafe pq.setErrorVerbosity(connection, 2)
      unsafe pq.reset(connection)
      guard let again = message() else {
        _ = unsafe pq.setErrorVerbosity(connection, 1)
        return unsafe connection
      }
      problem = again
    }
    unsafe pq.finish(connection)
    throw PostgreSQLError(connecting: problem)
  }
}
