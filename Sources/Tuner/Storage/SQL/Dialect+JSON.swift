import Foundation

/// Columns whose values may be of any kind: `ANY` in SQLite, `jsonb` with a scalar in PostgreSQL.
extension Dialect {
  /// A value as the argument for such a column.
  func stored(_ value: SQLValue) -> SQLValue {
    guard self == .postgreSQL else { return value }
    return switch value {
    case .null, .blob: value
    case .integer(let integer): .text("\(integer)")
    case .real(let number): .text(Self.json(number))
    case .text(let text): .text(Self.json(text))
    }
  }

  /// A number that stays a real: JSON's integers have no point.
  private static func json(_ number: Double) -> String {
    // The server keeps every digit, so this is infinite when it is read.
    if number.isInfinite { return number < 0 ? "-1e400" : "1e400" }
    // Swift writes large numbers with an exponent, the server without.
    guard let integer = Int64(exactly: number) else { return "\(number)" }
    return "\(integer).0"
  }

  /// A string. A NUL byte is not escaped: it is refused as in any other text.
  private static func json(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\u{1}"..<" ": result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension SQLValue {
  /// The value that a scalar stands for; a list or an object stays text.
  init(json: String) {
    switch json {
    case "null": self = .null
    case "true": self = .integer(1)
    case "false": self = .integer(0)
    case _ where json.hasPrefix("\""):
      self = .text((try? JSONDecoder().decode(String.self, from: Data(json.utf8))) ?? json)
    default: self = Int64(json).map(SQLValue.integer) ?? Double(json).map(SQLValue.real) ?? .text(json)
    }
  }
}
