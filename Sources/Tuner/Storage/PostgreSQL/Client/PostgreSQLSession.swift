import Glibc

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

  /// The process of the server that serves this connection.
  var serverProcess: Int { unsafe Int(pq.backendPID(connection)) }

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

// MARK: - Notifications

/// A message from another session.
struct PostgreSQLNotification: Equatable, Sendable {
  let channel: String
  let payload: String
}

extension PostgreSQLSession {
  /// Asks for the notifications of a channel, from the end of the transaction on.
  func listen(_ channel: String) throws { try script("LISTEN \"\(channel.replacing("\"", with: "\"\""))\"") }

  /// The next notification; `nil` if none arrives in time.
  ///
  /// In a transaction, none arrives.
  func notification(within duration: Duration) throws -> PostgreSQLNotification? {
    let end = ContinuousClock.now + duration
    while true {
      guard unsafe pq.consumeInput(connection) == 1 else { throw failure() }
      if let notice = unsafe pq.notifies(connection) {
        defer { unsafe pq.freemem(notice) }
        return unsafe PostgreSQLNotification(notice)
      }
      let left = end - ContinuousClock.now
      guard left > .zero else { return nil }
      var waiting = pollfd(fd: unsafe pq.socket(connection), events: Int16(POLLIN), revents: 0)
      // Rounded up; a signal ends the wait early.
      _ = unsafe poll(&waiting, 1, Int32(clamping: Int64((left / .milliseconds(1)).rounded(.up))))
    }
  }
}

extension PostgreSQLNotification {
  /// Reads a `PGnotify`: the channel, the process that sent it, and the payload.
  fileprivate init(_ notice: UnsafeMutableRawPointer) {
    channel = unsafe String(cString: notice.load(as: LibPQ.CText.self))
    payload = unsafe String(
      cString: notice.load(fromByteOffset: 2 * MemoryLayout<LibPQ.CText>.stride, as: LibPQ.CText.self))
  }
}
