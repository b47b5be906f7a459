import Foundation
import GRDB

/// A connection to the database during a transaction or a read: once the database is open, all statements go through it.
///
/// A statement is compiled once per connection; compiling is most of the cost of a short one.
struct Connection {
  private let database: Database

  init(_ database: Database) { self.database = database }

  typealias Arguments = [any SQLConvertible]

  let dialect = Dialect.sqlite

  /// The number of rows that this connection has changed since it was opened.
  var changeCount: Int { database.totalChangesCount }

  /// Runs a statement.
  func run(_ sql: String, _ arguments: Arguments = []) throws {
    try statement(sql).execute(arguments: Self.bound(arguments))
  }

  /// Runs a statement and returns the number of rows that it changed.
  func changes(_ sql: String, _ arguments: Arguments = []) throws -> Int {
    try run(sql, arguments)
    return database.changesCount
  }

  /// The first row of the result.
  func row(_ sql: String, _ arguments: Arguments = []) throws -> SQLRow? {
    let statement = try statement(sql)
    let row = try Row.fetchOne(statement, arguments: Self.bound(arguments))
    return row.map { SQLRow(columns: statement.columnNames, values: Self.values(of: $0)) }
  }

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
    let statement = try statement(sql)
    let columns = statement.columnNames
    let cursor = try Row.fetchCursor(statement, arguments: Self.bound(arguments))
    while let row = try cursor.next() {
      guard try body(SQLRow(columns: columns, values: Self.values(of: row))) else { return }
    }
  }

  /// The first value of the result; `nil` if there is no row, or if it is NULL.
  func value<Value: SQLConvertible>(
    _ type: Value.Type = Value.self, _ sql: String, _ arguments: Arguments = []
  ) throws -> Value? {
    let statement = try statement(sql)
    guard let value = try DatabaseValue.fetchOne(statement, arguments: Self.bound(arguments)) else { return nil }
    return try SQLRow(columns: statement.columnNames, values: [SQLValue(value)]).value(Value?.self)
  }

  /// The values of the only column of the result.
  func values<Value: SQLConvertible>(
    _ type: Value.Type = Value.self, _ sql: String, _ arguments: Arguments = []
  ) throws -> [Value] {
    let statement = try statement(sql)
    let cursor = try DatabaseValue.fetchCursor(statement, arguments: Self.bound(arguments))
    var values: [Value] = []
    while let value = try cursor.next() {
      values.append(try SQLRow(columns: statement.columnNames, values: [SQLValue(value)]).value(Value.self))
    }
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
  func script(_ sql: String) throws { try database.execute(sql: sql) }

  private func statement(_ sql: String) throws -> Statement {
    StatementLog.shared?.add(sql)
    return try database.cachedStatement(sql: sql)
  }

  // MARK: - GRDB's values

  private static func bound(_ arguments: Arguments) -> StatementArguments {
    let values = arguments.map { $0.sqlValue.databaseValue }
    // GRDB's initializer for lists is generic and takes several times as long as its literals, which most statements can use.
    return switch values.count {
    case 0: StatementArguments()
    case 1: [values[0]]
    case 2: [values[0], values[1]]
    case 3: [values[0], values[1], values[2]]
    case 4: [values[0], values[1], values[2], values[3]]
    case 5: [values[0], values[1], values[2], values[3], values[4]]
    case 6: [values[0], values[1], values[2], values[3], values[4], values[5]]
    case 7: [values[0], values[1], values[2], values[3], values[4], values[5], values[6]]
    default: StatementArguments(values)
    }
  }

  private static func values(of row: Row) -> [SQLValue] {
    (0..<row.count).map { SQLValue(row[$0] as DatabaseValue) }
  }
}

extension SQLValue {
  fileprivate init(_ value: DatabaseValue) {
    switch value.storage {
    case .null: self = .null
    case .int64(let integer): self = .integer(integer)
    case .double(let number): self = .real(number)
    case .string(let text): self = .text(text)
    case .blob(let data): self = .blob(Array(data))
    }
  }

  fileprivate var databaseValue: DatabaseValue {
    switch self {
    case .null: .null
    case .integer(let integer): integer.databaseValue
    case .real(let number): number.databaseValue
    case .text(let text): text.databaseValue
    case .blob(let bytes): Data(bytes).databaseValue
    }
  }
}
