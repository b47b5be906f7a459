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

  /// Records a transaction, as a part of it.
  ///
  /// - Parameter number: Larger than that of any transaction of this process before.
  func add(_ number: Int64, _ session: PostgreSQLSession) throws {
    try session.execute(
      "UPDATE writer SET transaction = ?, written_at = now() WHERE id = ?", [.integer(number), .integer(id)])
  }

  /// Whether a transaction, the last one that was recorded, has been committed.
  ///
  /// While the server is still at work on it, this waits. Throws a `PostgreSQLError` if the row is gone.
  func hasCommitted(_ number: Int64, _ session: PostgreSQLSession) throws -> Bool {
    let row = try session.execute("SELECT transaction FROM writer WHERE id = ? FOR UPDATE", [.integer(id)]).rows.first
    guard let row else {
      throw PostgreSQLError(state: "", message: "the record of this process's transactions is gone", isLost: false)
    }
    return row[0] == .integer(number)
  }

  /// Removes the row; no transaction may be in doubt.
  func remove(_ session: PostgreSQLSession) throws {
    try session.execute("DELETE FROM writer WHERE id = ?", [.integer(id)])
  }
}
