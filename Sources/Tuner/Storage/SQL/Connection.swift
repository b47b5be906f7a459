/// A connection to the database during a transaction or a read: once the database is open, all statements go through it.
struct Connection {
  private let session: any SQLSession

  init(_ session: any SQLSession) { self.session = session }

  typealias Arguments = [any SQLConvertible]

  var dialect: Dialect { session.dialect }

  /// The number of rows that this session has changed since it began.
  var changeCount: Int { session.changeCount }

  /// Runs a statement.
  func run(_ sql: String, _ arguments: Arguments = []) throws { _ = try session.run(sql, arguments) }

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

  /// Inserts rows with one statement; none of them may conflict with another.
  ///
  /// - Parameter columns: The table, and its columns in parentheses.
  /// - Parameter conflict: What to do about a row that is there already.
  func insert(_ rows: [Arguments], into columns: String, _ conflict: String) throws {
    guard let first = rows.first else { return }
    let row = "(" + first.map { _ in "?" }.joined(separator: ", ") + ")"
    let all = rows.map { _ in row }.joined(separator: ", ")
    try run("INSERT INTO \(columns) VALUES \(all) \(conflict)", Array(rows.joined()))
  }

  /// Runs several statements without arguments.
  func script(_ sql: String) throws { try session.script(sql) }
}

/// A session with a database: what each of them does in its own way.
protocol SQLSession {
  var dialect: Dialect { get }

  /// The number of rows that this session has changed since it began.
  var changeCount: Int { get }

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
