import Glibc

/// A connection to a PostgreSQL server.
///
/// It may move between threads, but only one at a time can use it: its owner keeps it behind a lock. A connection that
/// is lost stays so.
@safe final class PostgreSQLSession: @unchecked Sendable {
  let pq: LibPQ
  let connection: LibPQ.Connection

  /// The number of rows that statements have changed, as far as the server has answered.
  var changeCount = 0

  /// How several requests are sent at once; `nil` if they go one by one.
  var pipeline: LibPQ.Pipeline?

  /// What has not been sent yet: it goes with the next statement whose result is asked for.
  var posted: [PostgreSQLRequest] = []

  private var statements: [String: Statement] = [:]

  /// A statement that the server has prepared.
  struct Statement {
    let name: String

    /// Whether a column of its result has bytes. libpq asks for all columns in one form.
    let isBinary: Bool
  }

  /// Whether a server that does not answer is waited for; asked several times a second while it does not.
  let isPatient: @Sendable () -> Bool

  /// Whether the session was given up in the middle of a statement.
  var isAbandoned = false

  /// Connects to a server.
  ///
  /// Throws a `PostgreSQLError`, or a `StorageError` without the library.
  ///
  /// - Parameter text: A URI, or keywords with values. What it leaves out comes from the service that it names, from
  ///   PG… variables, and from `.pgpass`.
  /// - Parameter isPatient: Whether a server that does not answer is waited for.
  init(_ text: String, isPatient: @escaping @Sendable () -> Bool = { true }) throws {
    pq = try LibPQ.shared.get()
    self.isPatient = isPatient
    unsafe connection = try unsafe ConnectionAttempt.connect(text, pq, isPatient: isPatient)
    _ = unsafe pq.setnonblocking(connection, 1)
    pipeline = pq.pipeline
    try script(Self.settings)
  }

  deinit { unsafe pq.finish(connection) }

  /// Whether the connection is lost.
  var isLost: Bool { unsafe isAbandoned || pq.status(connection) != 0 }

  /// Runs a statement, which the server prepares the first time.
  ///
  /// - Parameter sql: With `?` for each argument.
  @discardableResult
  func execute(_ sql: String, _ arguments: [SQLValue] = []) throws -> PostgreSQLResult {
    try settle(and: PostgreSQLRequest(sql, arguments))
  }

  /// Runs several statements without arguments, in one transaction unless they say otherwise.
  func script(_ sql: String) throws {
    try settle()
    _ = try answer { unsafe pq.sendQuery(connection, sql) }
  }

  /// The payloads of the notifications that have arrived since the last call.
  func takeNotifications() -> [String] {
    _ = unsafe pq.consumeInput(connection)
    var payloads: [String] = []
    while let notification = unsafe pq.notifies(connection) {
      // `PGnotify`: a text, a number, and the payload.
      let payload = unsafe notification.load(fromByteOffset: 16, as: LibPQ.CText.self)
      unsafe payloads.append(String(cString: payload))
      unsafe pq.freemem(notification)
    }
    return payloads
  }

  /// A copy of the connection's socket, which the caller closes.
  func copySocket() -> CInt { unsafe fcntl(pq.socket(connection), F_DUPFD_CLOEXEC, 0) }

  func statement(for sql: String) throws -> Statement {
    if let statement = statements[sql] { return statement }
    let name = "s\(statements.count)"
    _ = try answer { unsafe pq.sendPrepare(connection, name, Dialect.postgreSQL.marked(sql), 0, nil) }
    let types = try answer { unsafe pq.sendDescribePrepared(connection, name) }.types
    let statement = Statement(name: name, isBinary: types.contains(.bytes))
    statements[sql] = statement
    return statement
  }

  /// Sends what libpq is told to, and takes the last of the server's answers, or throws the first error.
  func answer(to sending: () -> CInt) throws -> PostgreSQLAnswer {
    guard sending() == 1 else { throw failure() }
    try sendRest()
    guard let answer = try takeAnswer() else { throw failure() }
    // libpq finds a lost connection after the error by which the server announces it.
    if let error = answer.error(isLost: isLost) { throw error }
    return answer
  }

  /// The last of the answers to a message, or the first error; `nil` if there is none, since the connection is lost.
  func takeAnswer() throws -> PostgreSQLAnswer? {
    var answer: PostgreSQLAnswer?
    while let next = try next() {
      if answer?.isError != true { answer = consume next }
    }
    return answer
  }

  /// The next answer to a message; `nil` after the last one.
  private func next() throws -> PostgreSQLAnswer? {
    let start = ContinuousClock.now
    while unsafe pq.isBusy(connection) == 1 {
      try wait(for: .input, since: start)
      // What libpq finds wrong here is in the answer. Input may also be in the library for TLS, so it is asked after every wait.
      guard unsafe pq.consumeInput(connection) == 1 else { break }
    }
    return unsafe pq.getResult(connection).map { unsafe PostgreSQLAnswer($0, pq) }
  }

  /// Sends what the socket could not take at once. The server may have to be read meanwhile, or neither side would go on.
  func sendRest() throws {
    let start = ContinuousClock.now
    while unsafe pq.flush(connection) == 1 {
      try wait(for: .inputOrOutput, since: start)
      guard unsafe pq.consumeInput(connection) == 1 else { return }
    }
  }

  /// Waits until the socket is ready, but not long; throws if the server does not answer and is not waited for.
  private func wait(for readiness: Socket.Readiness, since start: ContinuousClock.Instant) throws {
    let socket = unsafe Socket(number: pq.socket(connection))
    guard !socket.wait(for: readiness), !isPatient() else { return }
    guard socket.isUnanswered || ContinuousClock.now > start + Self.longestAnswer else { return }
    isAbandoned = true
    throw PostgreSQLError(state: "", message: "the server does not answer", isLost: true)
  }

  /// A server that is at work on a statement for longer than this is not waited for when nobody is patient.
  private static let longestAnswer: Duration = .seconds(10)

  /// What libpq says of the connection.
  func failure() -> PostgreSQLError {
    let message = unsafe pq.errorMessage(connection).map { unsafe String(cString: $0) } ?? ""
    return PostgreSQLError(state: "", message: message.shown, isLost: isLost)
  }
}
