/// The result of a statement.
struct PostgreSQLResult: Sendable {
  let columns: [String]
  let rows: [[SQLValue]]

  /// The number of rows that the statement has inserted, updated or deleted.
  let changes: Int
}

/// The kinds of columns that are not text.
enum PostgreSQLType: Sendable {
  case boolean, bytes, integer, number, decimal, json, text

  /// The type with a number of the server's catalog (pg_type.dat); these never change.
  init(_ number: UInt32) {
    self =
      switch number {
      case 16: .boolean
      case 17: .bytes
      case 20, 21, 23, 26: .integer
      case 700, 701: .number
      case 1700: .decimal
      case 3802: .json
      default: .text
      }
  }
}

extension SQLValue {
  /// A value that the server has written as text.
  init(postgreSQL text: String, type: PostgreSQLType) {
    self =
      switch type {
      case .boolean: .integer(text == "t" ? 1 : 0)
      case .integer: Int64(text).map(SQLValue.integer) ?? .text(text)
      case .number: Double(text).map(\.sqlValue) ?? .text(text)
      case .decimal: SQLValue(decimal: text)
      case .json: SQLValue(json: text)
      case .bytes, .text: .text(text)
      }
  }

  /// A value in the server's binary form, which columns have when one of them has bytes.
  ///
  /// `nil` for a decimal or a JSON value: no statement has one beside bytes.
  init?(postgreSQL bytes: [UInt8], type: PostgreSQLType) {
    switch type {
    case .bytes: self = .blob(bytes)
    case .text: self = .text(String(decoding: bytes, as: UTF8.self))
    case .boolean: self = .integer(bytes == [1] ? 1 : 0)
    case .integer:
      // Big-endian, of two, four or eight bytes.
      let bits = bytes.reduce(Int64(0)) { $0 << 8 | Int64($1) }
      let unused = 64 - 8 * bytes.count
      self = .integer((bits << unused) >> unused)
    case .number where bytes.count == 8:
      self = Double(bitPattern: bytes.reduce(0) { $0 << 8 | UInt64($1) }).sqlValue
    case .number: self = Double(Float(bitPattern: bytes.reduce(0) { $0 << 8 | UInt32($1) })).sqlValue
    case .decimal, .json: return nil
    }
  }

  /// A decimal of any length: an integer if it is one.
  private init(decimal text: String) {
    let parts = text.split(separator: ".", maxSplits: 1)
    if parts.count < 2 || parts[1].allSatisfy({ $0 == "0" }), let integer = parts.first.flatMap({ Int64($0) }) {
      self = .integer(integer)
    } else {
      self = Double(text).map(\.sqlValue) ?? .text(text)
    }
  }
}
