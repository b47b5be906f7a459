extension Connection {
  /// The most arguments of a statement that inserts rows; SQLite before 3.32 takes up to 999.
  private static let argumentLimit = 960

  /// A rough limit for the bytes of a statement's arguments, beyond which it inserts a single row.
  private static let byteLimit = 4 << 20

  /// Inserts rows in their order, many with one statement.
  ///
  /// The numbers of statements' rows are powers of two, so that there are few statements to prepare.
  ///
  /// - Parameter ending: The end of the statement, such as `RETURNING id`.
  /// - Returns: The rows that `ending` returns, in any order.
  @discardableResult
  func insert(
    _ rows: [[SQLValue]], into table: String, columns: [String], _ ending: String = ""
  ) throws -> [SQLRow] {
    var returned: [SQLRow] = []
    var rest = rows[...]
    while !rest.isEmpty {
      var count = 1
      var bytes = rest.prefix(1).reduce(0) { $0 + Self.size(of: $1) }
      while 2 * count <= rest.count, 2 * count * columns.count <= Self.argumentLimit {
        bytes += rest.dropFirst(count).prefix(count).reduce(0) { $0 + Self.size(of: $1) }
        guard bytes <= Self.byteLimit else { break }
        count *= 2
      }
      let row = "(\(Array(repeating: "?", count: columns.count).joined(separator: ", ")))"
      let values = Array(repeating: row, count: count).joined(separator: ", ")
      let sql = "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES \(values) \(ending)"
      let arguments: Arguments = rest.prefix(count).flatMap { $0 }
      if ending.isEmpty { try run(sql, arguments) } else { returned += try self.rows(sql, arguments) }
      rest = rest.dropFirst(count)
    }
    return returned
  }

  private static func size(of row: [SQLValue]) -> Int {
    row.reduce(0) { size, value in
      switch value {
      case .text(let text): size + text.utf8.count
      case .blob(let bytes): size + bytes.count
      case .null, .integer, .real: size + 8
      }
    }
  }
}
