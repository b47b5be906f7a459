/// A connection to a PostgreSQL server.
///
/// It may move between threads, but only one at a time can use it: its owner keeps it behind a lock. A connection that
/// is lost stays so.
@safe final class PostgreSQLSession: @unchecked Sendable {
  let pq: LibPQ
  let connection: LibPQ.Connection

  /// The number of rows that statements have changed.
  private(set) var changeCount = 0

  private var statements: [String: Statement] = [:]

  /// A statement that the server has prepared.
  private struct Statement {
    let name: String

    /// Whether a column of its result has bytes. libpq asks for all columns in one form.
    let isBinary: Bool
  }

  /// Connects to a server.
  ///
  /// Throws a `PostgreSQLError`, or a `StorageError` without the library.
  ///
  /// - Parameter text: A URI, or keywords with values. What it leaves out comes from the service that it names, from
  ///   PG… variables, and from `.pgpass`.
  init(_ text: String) throws {
    pq = try LibPQ.shared.get()
    unsafe connection = try unsafe Self.connect(text, pq)
    try script(Self.settings)
  }

  deinit { unsafe pq.finish(connection) }

  /// Whether the connection is lost.
  var isLost: Bool { unsafe pq.status(connection) != 0 }

  /// Runs a statement, which the server prepares the first time.
  ///
  /// - Parameter sql: With `?` for each argument.
  @discardableResult
  func execute(_ sql: String, _ arguments: [SQLValue] = []) throws -> PostgreSQLResult {
    let arguments = try PostgreSQLArguments(arguments)
    let statement = try statement(for: sql)
    let answer = try unsafe answer(
      arguments.withPointers { count, values, lengths, formats in
        unsafe pq.execPrepared(connection, statement.name, count, values, lengths, formats, statement.isBinary ? 1 : 0)
      })
    let result = try answer.result(isBinary: statement.isBinary)
    changeCount += result.changes
    return result
  }

  /// Runs several statements without arguments, in one transaction unless they say otherwise.
  func script(_ sql: String) throws { _ = try unsafe answer(pq.exec(connection, sql)) }

  private func statement(for sql: String) throws -> Statement {
    if let statement = statements[sql] { return statement }
    let name = "s\(statements.count)"
    _ = try unsafe answer(pq.prepare(connection, name, Dialect.postgreSQL.marked(sql), 0, nil))
    let types = try unsafe answer(pq.describePrepared(connection, name)).types
    let statement = Statement(name: name, isBinary: types.contains(.bytes))
    statements[sql] = statement
    return statement
  }

  /// Takes an answer of libpq, or throws the error that it is.
  private func answer(_ pointer: LibPQ.Answer?) throws -> PostgreSQLAnswer {
    guard let pointer = unsafe pointer else { throw failure() }
    let answer = unsafe PostgreSQLAnswer(pointer, pq)
    if let error = answer.error(isLost: isLost) { throw error }
    return answer
  }

  /// What libpq says of the connection.
  func failure() -> PostgreSQLError {
    let message = unsafe pq.errorMessage(connection).map { unsafe String(cString: $0) } ?? ""
    return PostgreSQLError(state: "", message: message.shown, isLost: isLost)
  }
}
