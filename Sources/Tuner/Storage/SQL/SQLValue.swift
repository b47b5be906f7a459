/// A value in the database.
enum SQLValue: Equatable, Sendable, CustomStringConvertible {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])

  /// An integer equals the same number stored as a real.
  static func == (left: SQLValue, right: SQLValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.integer(let left), .integer(let right)): left == right
    case (.real(let left), .real(let right)): left == right
    case (.integer(let integer), .real(let number)), (.real(let number), .integer(let integer)):
      Int64(exactly: number) == integer
    case (.text(let left), .text(let right)): left == right
    case (.blob(let left), .blob(let right)): left == right
    default: false
    }
  }

  /// The value in messages; text is quoted.
  var description: String {
    switch self {
    case .null: "NULL"
    case .integer(let integer): "\(integer)"
    case .real(let number): "\(number)"
    case .text(let text): String(reflecting: text)
    case .blob(let bytes): "\(bytes.count) bytes"
    }
  }

  /// The kind in words, for messages.
  var kind: String {
    switch self {
    case .null: "NULL"
    case .integer: "an integer"
    case .real: "a number"
    case .text: "text"
    case .blob: "bytes"
    }
  }
}

/// A type that statements take as arguments and rows give as values.
protocol SQLConvertible {
  /// What a value of this type is called in messages.
  static var sqlKind: String { get }

  /// The value in the database.
  var sqlValue: SQLValue { get }

  /// `nil` if the database's value is not one of this type.
  init?(_ value: SQLValue)
}

extension SQLValue: SQLConvertible {
  static let sqlKind = "a value"

  var sqlValue: SQLValue { self }

  init?(_ value: SQLValue) { self = value }
}

extension Int64: SQLConvertible {
  static let sqlKind = "an integer"

  var sqlValue: SQLValue { .integer(self) }

  init?(_ value: SQLValue) {
    switch value {
    case .integer(let integer): self = integer
    case .real(let number): self.init(exactly: number)
    default: return nil
    }
  }
}

extension Int: SQLConvertible {
  static let sqlKind = Int64.sqlKind

  var sqlValue: SQLValue { .integer(Int64(self)) }

  init?(_ value: SQLValue) {
    guard let integer = Int64(value) else { return nil }
    self.init(exactly: integer)
  }
}

extension Double: SQLConvertible {
  static let sqlKind = "a number"

  /// NULL for a value that is not a number: databases disagree on whether and where they sort one.
  var sqlValue: SQLValue { isNaN ? .null : .real(self) }

  init?(_ value: SQLValue) {
    switch value {
    case .integer(let integer): self.init(integer)
    case .real(let number): self = number
    default: return nil
    }
  }
}

extension Bool: SQLConvertible {
  static let sqlKind = "0 or 1"

  var sqlValue: SQLValue { .integer(self ? 1 : 0) }

  init?(_ value: SQLValue) {
    guard let number = Double(value) else { return nil }
    self = number != 0
  }
}

extension String: SQLConvertible {
  static let sqlKind = "text"

  var sqlValue: SQLValue { .text(self) }

  init?(_ value: SQLValue) {
    guard case .text(let text) = value else { return nil }
    self = text
  }
}

extension [UInt8]: SQLConvertible {
  static let sqlKind = "bytes"

  var sqlValue: SQLValue { .blob(self) }

  init?(_ value: SQLValue) {
    guard case .blob(let bytes) = value else { return nil }
    self = bytes
  }
}

extension Optional: SQLConvertible where Wrapped: SQLConvertible {
  static var sqlKind: String { "\(Wrapped.sqlKind) or NULL" }

  var sqlValue: SQLValue {
    // A key path of a generic type would be made anew at each call.
    map { $0.sqlValue } ?? .null
  }

  init?(_ value: SQLValue) {
    guard value != .null else {
      self = .none
      return
    }
    guard let wrapped = Wrapped(value) else { return nil }
    self = .some(wrapped)
  }
}
