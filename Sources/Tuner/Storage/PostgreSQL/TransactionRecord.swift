/// What a process records of its own transactions, by which it can tell later whether one was committed.
///
/// The server's own number of a transaction does not do: if the server crashes before it has written anything of the transaction, it
/// gives the number to another one.
struct TransactionRecord {
  /// The row that is this process's.
  private let id: Int64

  /// Makes a row for a process, and removes those of processes that have ended long ago.
  init(_ session: PostgreSQLSession) throws {
    try session.execute("DELETE FROM writer WHERE written_at < now() - interval '7 days'")
    id = try Connection(session).insert("INSERT INTO writer DEFAULT VALUES RETURNING id")
  }

  /// Records a transaction, as a part of it. If another process has removed the row, it is made again.
  ///
  /// - Parameter number: Larger than that of any transaction of this process before.
  func add(_ number: Int64, _ session: PostgreSQLSession) throws {
    let sql = """
      INSERT INTO writer (id, transaction) VALUES (?, ?)
      ON CONFLICT (id) DO UPDATE SET transaction = excluded.transaction, written_at = now()
      """
    try session.post(PostgreSQLRequest(sql, [.integer(id), .integer(number)]))
  }

  /// Whether a transaction, the last one that was recorded, has been committed.
  ///
  /// Throws a `PostgreSQLError` if the row is gone, and one of the kind `conflict` while the server is still at work on the transaction.
  func hasCommitted(_ number: Int64, _ session: PostgreSQLSession) throws -> Bool {
    let sql = "SELECT transaction FROM writer WHERE id = ? FOR UPDATE NOWAIT"
    do {
      guard let row = try session.execute(sql, [.integer(id)]).rows.first else {
        throw PostgreSQLError(state: "", message: "the record of this process's transactions is gone", isLost: false)
      }
      return row[0] == .integer(number)
    } catch let error as PostgreSQLError where error.kind == .lockTimeout {
      throw PostgreSQLError(conflict: "the server is still at work on the last transaction")
    }
  }

  /// Removes the row; no transaction may be in doubt.
  func remove(_ session: PostgreSQLSession) throws {
    try session.execute("DELETE FROM writer WHERE id = ?", [.integer(id)])
  }
}
