/// The lock that a process holds on a server as long as it is connected; others see by it that the process is there.
///
/// The server frees it when the connection ends: at once if the process dies, and after some ten seconds if its host, or the way to it,
/// vanishes.
enum OwnerLock {
  /// The first of the lock's two numbers, the same for all locks of this program.
  private static let program = Schema.applicationID

  /// The second number, which stands for a process.
  static func number(of process: ProcessIdentity) -> Int64 {
    // The positive half of what PostgreSQL takes; two processes with one number would only live a little longer in the eyes of others.
    sha256(Array(process.description.utf8)).prefix(7).reduce(0) { 16 * $0 + Int64($1.hexDigitValue ?? 0) }
  }

  /// A statement that takes the lock of a process; several sessions of the process may hold it.
  static let take = "SELECT pg_advisory_lock_shared(\(program), CAST(? AS integer))"

  /// A query for the numbers of all processes that are connected.
  static let held = "SELECT CAST(objid AS bigint) FROM pg_locks WHERE \(isHeld)"

  /// A query for the connections of these processes: their number, the name that they gave themselves, and where they come from.
  static let connections = """
    SELECT CAST(objid AS bigint) AS number, application_name AS name, host(client_addr) AS address FROM pg_locks
    LEFT JOIN pg_stat_activity ON pg_stat_activity.pid = pg_locks.pid WHERE \(isHeld)
    """

  private static let isHeld = """
    locktype = 'advisory' AND classid = \(program) AND objsubid = 2 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    """
}
