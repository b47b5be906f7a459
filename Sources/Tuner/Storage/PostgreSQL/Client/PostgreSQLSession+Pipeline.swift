/// A statement that is to be run.
struct PostgreSQLRequest {
  let sql: String
  let arguments: PostgreSQLArguments

  /// What is thrown unless the statement changes one row; `nil` if it may change any number.
  let error: (any Error)?

  /// Throws a `PostgreSQLError` for a value that the database cannot have.
  ///
  /// - Parameter sql: With `?` for each argument.
  init(_ sql: String, _ arguments: [SQLValue] = [], orElse error: (any Error)? = nil) throws {
    self.sql = sql
    self.arguments = try PostgreSQLArguments(arguments)
    self.error = error
  }

  /// What is to be thrown because of a result.
  func unmet(by result: PostgreSQLResult) -> (any Error)? { result.changes == 1 ? nil : error }
}

/// Statements whose results nobody asks for go together with the next one whose result somebody does, in one message over the network.
///
/// The server runs them in their order, and none after one that fails.
extension PostgreSQLSession {
  /// The most requests, and roughly the most bytes of arguments, that wait to be sent.
  private static let (mostPosted, mostBytes) = (64, 1 << 20)

  /// Runs a statement, at the latest with the next one that returns something.
  func post(_ request: PostgreSQLRequest) throws {
    posted.append(request)
    let bytes = posted.reduce(0) { $0 + $1.arguments.size }
    if posted.count >= Self.mostPosted || bytes > Self.mostBytes { try settle() }
  }

  /// Begins a transaction.
  func begin(_ sql: String = "BEGIN") throws { try post(PostgreSQLRequest(sql)) }

  /// Commits the transaction.
  ///
  /// What has to change a row is known to have done so before the server hears of the commit.
  func commit() throws {
    if posted.contains(where: { $0.error != nil }) { try settle() }
    try execute("COMMIT")
  }

  /// Undoes the transaction; nothing is sent of what was not sent.
  func rollBack() throws {
    posted = []
    try script("ROLLBACK")
  }

  /// Whether statements have changed rows since their number was `count`.
  func hasChanged(since count: Int) throws -> Bool {
    // What has to change a row will have done so, or throw.
    if changeCount > count || posted.contains(where: { $0.error != nil }) { return true }
    try settle()
    return changeCount > count
  }

  /// Runs what was posted.
  func settle() throws {
    guard let last = posted.popLast() else { return }
    _ = try settle(and: last)
  }

  /// Runs what was posted, and then another statement, whose result it returns. Throws the first error.
  func settle(and last: PostgreSQLRequest) throws -> PostgreSQLResult {
    let earlier = posted
    posted = []
    if !earlier.isEmpty, let pipeline { return try run(earlier + [last], pipeline) }
    for request in earlier { _ = try run(request) }
    return try run(last)
  }

  private func run(_ request: PostgreSQLRequest) throws -> PostgreSQLResult {
    let statement = try statement(for: request.sql)
    let answer = try answer { send(request, as: statement) }
    let result = try answer.result(isBinary: statement.isBinary)
    changeCount += result.changes
    if let error = request.unmet(by: result) { throw error }
    return result
  }

  private func run(_ requests: [PostgreSQLRequest], _ pipeline: LibPQ.Pipeline) throws -> PostgreSQLResult {
    let statements = try requests.map { try statement(for: $0.sql) }
    // A session that is left in the middle is of no further use.
    isAbandoned = true
    guard unsafe pipeline.enter(connection) == 1 else { throw failure() }
    for (request, statement) in zip(requests, statements) {
      guard send(request, as: statement) == 1 else { throw failure() }
    }
    guard unsafe pipeline.sync(connection) == 1 else { throw failure() }
    try sendRest()
    var result: PostgreSQLResult?
    var failed: PostgreSQLAnswer?
    var unmet: (any Error)?
    for (request, statement) in zip(requests, statements) {
      guard let answer = try takeAnswer() else { break }
      // After an error, the server answers the others without running them.
      guard failed == nil, unmet == nil else { continue }
      if answer.isError {
        failed = consume answer
      } else {
        let next = try answer.result(isBinary: statement.isBinary)
        changeCount += next.changes
        unmet = request.unmet(by: next)
        result = consume next
      }
    }
    // The answer to the end of the pipeline.
    _ = try takeAnswer()
    isAbandoned = unsafe pipeline.exit(connection) != 1
    if let failed, let error = failed.error(isLost: isLost) { throw error }
    if let unmet { throw unmet }
    guard !isAbandoned, let result else { throw failure() }
    return result
  }

  /// Gives a request to libpq; returns 1 if it has taken it.
  private func send(_ request: PostgreSQLRequest, as statement: Statement) -> CInt {
    unsafe request.arguments.withPointers { count, values, lengths, formats in
      unsafe pq.sendQueryPrepared(
        connection, statement.name, count, values, lengths, formats, statement.isBinary ? 1 : 0)
    }
  }
}
