/// A row of a result.
struct SQLRow: Sendable {
  /// The names of the columns; of several columns of one name, the first counts.
  let columns: [String]
  let values: [SQLValue]

  /// The value of a column.
  ///
  /// Throws an `UnexpectedRow` if there is no such column, or if its value is not of this type: somebody else has changed the database.
  subscript<Value: SQLConvertible>(_ column: String) -> Value {
    get throws {
      guard let index = columns.firstIndex(of: column) else {
        throw UnexpectedRow(column: column, found: nil, expected: Value.sqlKind)
      }
      return try convert(values[index], column: column)
    }
  }

  /// The value of the only column.
  func value<Value: SQLConvertible>(_ type: Value.Type) throws -> Value {
    try convert(values[0], column: columns.first ?? "")
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
