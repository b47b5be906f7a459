import Foundation
import GRDB

/// A session with an SQLite file, by way of GRDB.
///
/// A statement is compiled once per session; compiling is most of the cost of a short one.
struct SQLiteSession: SQLSession {
  private let database: Database

  init(_ database: Database) { self.database = database }

  var dialect: Dialect { .sqlite }

  var changeCount: Int { database.totalChangesCount }

  func hasChanged(since count: Int) -> Bool { changeCount > count }

  func post(_ sql: String, _ arguments: Connection.Arguments, orElse error: (any Error)?) throws {
    let changes = try run(sql, arguments)
    if let error, changes != 1 { throw error }
  }

  func run(_ sql: String, _ arguments: Connection.Arguments) throws -> Int {
    try statement(sql).execute(arguments: Self.bound(arguments))
    return database.changesCount
  }

  func row(_ sql: String, _ arguments: Connection.Arguments) throws -> SQLRow? {
    let statement = try statement(sql)
    let row = try Row.fetchOne(statement, arguments: Self.bound(arguments))
    return row.map { SQLRow(columns: statement.columnNames, values: Self.values(of: $0)) }
  }

  func value(_ sql: String, _ arguments: Connection.Arguments) throws -> SQLRow? {
    let statement = try statement(sql)
    let value = try DatabaseValue.fetchOne(statement, arguments: Self.bound(arguments))
    return value.map { SQLRow(columns: statement.columnNames, values: [SQLValue($0)]) }
  }

  func prefix(of sql: String, _ arguments: Connection.Arguments, while body: (SQLRow) throws -> Bool) throws {
    let statement = try statement(sql)
    let columns = statement.columnNames
    let cursor = try Row.fetchCursor(statement, arguments: Self.bound(arguments))
    while let row = try cursor.next() {
      guard try body(SQLRow(columns: columns, values: Self.values(of: row))) else { return }
    }
  }

  func script(_ sql: String) throws { try database.execute(sql: sql) }

  private func statement(_ sql: String) throws -> Statement {
    StatementLog.shared?.add(sql)
    return try database.cachedStatement(sql: sql)
  }

  // MARK: - GRDB's values

  private static func bound(_ arguments: Connection.Arguments) -> StatementArguments {
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
    case 8: [values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7]]
    case 9: [values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7], values[8]]
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
