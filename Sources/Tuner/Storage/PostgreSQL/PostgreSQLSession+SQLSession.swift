extension PostgreSQLSession: SQLSession {
  var dialect: Dialect { .postgreSQL }

  func post(_ sql: String, _ arguments: Connection.Arguments, orElse error: (any Error)?) throws {
    try post(PostgreSQLRequest(sql, arguments.map(\.sqlValue), orElse: error))
  }

  func run(_ sql: String, _ arguments: Connection.Arguments) throws -> Int {
    try execute(sql, arguments.map(\.sqlValue)).changes
  }

  func row(_ sql: String, _ arguments: Connection.Arguments) throws -> SQLRow? {
    let result = try execute(sql, arguments.map(\.sqlValue))
    return result.rows.first.map { SQLRow(columns: result.columns, values: $0) }
  }

  func value(_ sql: String, _ arguments: Connection.Arguments) throws -> SQLRow? { try row(sql, arguments) }

  func prefix(of sql: String, _ arguments: Connection.Arguments, while body: (SQLRow) throws -> Bool) throws {
    let result = try execute(sql, arguments.map(\.sqlValue))
    for values in result.rows {
      guard try body(SQLRow(columns: result.columns, values: values)) else { return }
    }
  }
}
