/// A connection to the database during a transaction or a read: once the database is open, all statements go through it.
struct Connection {
  private let session: any SQLSession

  init(_ session: any SQLSession) { self.session = session }

  typealias Arguments = [any SQLConvertible]

  var dialect: Dialect { session.dialect }

  /// The number of rows that this session has changed since it began, as far as is known.
  var changeCount: Int { session.changeCount }

  /// Whether the session has changed rows since their number was `count`.
  func hasChanged(since count: Int) throws -> Bool { try session.hasChanged(since: count) }

  /// Runs a statement.
  ///
  /// On a server, this may be as late as the next statement with a result, or the end of the transaction, which then throws its error.
  func run(_ sql: String, _ arguments: Arguments = []) throws { try session.post(sql, arguments, orElse: nil) }

  /// Runs a statement that has to change one row, as `run` does.
  ///
  /// - Parameter error: What is thrown if it does not; the transaction cannot be committed then.
  func changeRow(_ sql: String, _ arguments: Arguments, orElse error: some Error) throws {
    try session.post(sql, arguments, orElse: error)
  }

  /// Runs a statement and returns the number of rows that it changed.
  func changes(_ sql: String, _ arguments: Arguments = []) throws -> Int { try session.run(sql, arguments) }

  /// The first row of the result.
  func row(_ sql: String, _ arguments: Arguments = []) throws -> SQLRow? { try session.row(sql, arguments) }

  /// All rows of the result.
  func rows(_ sql: String, _ arguments: Arguments = []) throws -> [SQLRow] {
    var rows: [SQLRow] = []
    try each(sql, arguments) { rows.append($0) }
    return rows
  }

  /// Passes the rows of the result one after another.
  func each(_ sql: String, _ arguments: Arguments = [], _ body: (SQLRow) throws -> Void) throws {
    try prefix(of: sql, arguments) { row in
      try body(row)
      return true
    }
  }

  /// Passes the first rows of the result one after another, until `body` returns false.
  func prefix(of sql: String, _ arguments: Arguments = [], while body: (SQLRow) throws -> Bool) throws {
    try session.prefix(of: sql, arguments, while: body)
  }

  /// The first value of the result; `nil` if there is no row, or if it is NULL.
  func value<Value: SQLConvertible>(
    _ type: Value.Type = Value.self, _ sql: String, _ arguments: Arguments = []
  ) throws -> Value? {
    try session.value(sql, arguments)?.value(Value?.self)
  }

  /// The values of the only column of the result.
  func values<Value: SQLConvertible>(
    _ type: Value.Type = Value.self, _ sql: String, _ arguments: Arguments = []
  ) throws -> [Value] {
    var values: [Value] = []
    try each(sql, arguments) { values.append(try $0.value(Value.self)) }
    return values
  }

  /// Runs an INSERT that ends with RETURNING id, and returns the id of the new row.
  func insert(_ sql: String, _ arguments: Arguments = []) throws -> Int64 {
    guard let id = try value(Int64.self, sql, arguments) else {
      throw UnexpectedRow(column: "id", found: nil, expected: Int64.sqlKind)
    }
    return id
  }

  /// Runs several statements without arguments.
  func script(_ sql: String) throws { try session.script(sql) }
}

/// Many rows with one statement.
extension Connection {
  /// The most arguments of a statement; SQLite before 3.32 takes up to 999.
  private static let argumentLimit = 960

  /// A rough limit for the bytes of a statement's arguments, beyond which it inserts a single row.
  private static let byteLimit = 4 << 20

  /// Inserts rows in their order, as many with one statement as it can take; none of them may conflict with another.
  ///
  /// - Parameter ending: The end of the statement: what to do about a row that is there already.
  func insert(_ rows: [Arguments], into table: String, columns: [String], _ ending: String = "") throws {
    try eachBatch(of: rows, into: table, columns: columns, ending) { try run($0, $1) }
  }

  /// Inserts rows as `insert` does.
  ///
  /// - Parameter ending: The end of the statement, with `RETURNING`.
  /// - Returns: The rows that this returns, in any order.
  func insertReturning(
    _ rows: [Arguments], into table: String, columns: [String], _ ending: String
  ) throws -> [SQLRow] {
    var returned: [SQLRow] = []
    try eachBatch(of: rows, into: table, columns: columns, ending) { returned += try self.rows($0, $1) }
    return returned
  }

  private func eachBatch(
    of rows: [Arguments], into table: String, columns: [String], _ ending: String,
    _ body: (_ sql: String, _ arguments: Arguments) throws -> Void
  ) throws {
    var rest = rows[...]
    while !rest.isEmpty {
      let part = rest.prefix(Self.batchSize(of: rest, columns: columns.count))
      let row = "(\(Array(repeating: "?", count: columns.count).joined(separator: ", ")))"
      let values = Array(repeating: row, count: part.count).joined(separator: ", ")
      let sql = "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES \(values) \(ending)"
      try body(sql, Array(part.joined()))
      rest = rest.dropFirst(part.count)
    }
  }

  /// The number of the first rows that one statement inserts: a few, or a power of two, so that there are few statements to prepare.
  static func batchSize(of rows: ArraySlice<Arguments>, columns: Int) -> Int {
    var (count, bytes) = (0, 0)
    for row in rows.prefix(argumentLimit / columns) {
      bytes += row.reduce(0) { $0 + size(of: $1.sqlValue) }
      guard count == 0 || bytes <= byteLimit else { break }
      count += 1
    }
    var power = 16
    while power * 2 <= count { power *= 2 }
    return min(count, max(power, 1))
  }

  private static func size(of value: SQLValue) -> Int {
    switch value {
    case .text(let text): text.utf8.count
    case .blob(let bytes): bytes.count
    case .null, .integer, .real: 8
    }
  }
}

/// A session with a database: what each of them does in its own way.
protocol SQLSession {
  var dialect: Dialect { get }

  /// The number of rows that this session has changed since it began, as far as is known.
  var changeCount: Int { get }

  /// Whether the session has changed rows since their number was `count`.
  func hasChanged(since count: Int) throws -> Bool

  /// Runs a statement whose result nobody asks for, now or with the next one.
  ///
  /// - Parameter error: What is thrown unless the statement changes one row; `nil` if it may change any number.
  func post(_ sql: String, _ arguments: Connection.Arguments, orElse error: (any Error)?) throws

  /// Runs a statement and returns the number of rows that it changed.
  func run(_ sql: String, _ arguments: Connection.Arguments) throws -> Int

  /// The first row of the result.
  func row(_ sql: String, _ arguments: Connection.Arguments) throws -> SQLRow?

  /// The first row of a result with one column.
  func value(_ sql: String, _ arguments: Connection.Arguments) throws -> SQLRow?

  /// Passes the rows of the result one after another, until `body` returns false.
  func prefix(of sql: String, _ arguments: Connection.Arguments, while body: (SQLRow) throws -> Bool) throws

  /// Runs several statements without arguments.
  func script(_ sql: String) throws
}

/// An open database.
protocol StudyDatabase: Sendable {
  /// How often the connection to it has been made.
  var connectionCount: Int { get }

  /// Runs `work` on a snapshot.
  func read<Value>(_ work: (Connection) throws -> Value) throws -> Value

  /// Runs `work` in a transaction, which is undone if `work` throws.
  func write<Value>(_ work: (Connection) throws -> Value) throws -> Value

  /// Makes reads and writes give up soon if the database cannot be reached while a run is to stop, and tells the run of long waits.
  func attend(isStopping: @escaping @Sendable () -> Bool, onNotice: @escaping @Sendable (String) -> Void)

  func close() throws
}
