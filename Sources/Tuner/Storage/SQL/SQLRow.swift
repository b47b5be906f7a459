/// A row of a result.
struct SQLRow: Sendable {
  /// The position of each column, shared by all rows of a result.
  let columns: [String: Int]
  let values: [SQLValue]

  /// The value of a column.
  ///
  /// Throws an `UnexpectedRow` if there is no such column, or if its value is not of this type: somebody else has changed the database.
  subscript<Value: SQLConvertible>(_ column: String) -> Value {
    get throws {
      guard let index = columns[column] else {
        throw UnexpectedRow(column: column, found: nil, expected: Value.sqlKind)
      }
      return try convert(values[index], column: column)
    }
  }

  /// The value of the only column.
  func value<Value: SQLConvertible>(_ type: Value.Type) throws -> Value {
    try convert(values[0], column: columns.first?.key ?? "")
  }

  private func convert<Value: SQLConvertible>(_ value: SQLValue, column: String) throws -> Value {
    guard let converted = Value(value) else {
      throw UnexpectedRow(column: column, found: value.kind, expected: Value.sqlKind)
    }
    return converted
  }
}

/// A row without a value that the schema promises.
///
/// The store turns it into a `StorageError` with the place of the database.
struct UnexpectedRow: Error {
  let column: String

  /// The kind of the value; `nil` if there is no such column.
  let found: String?

  let expected: String
}
