extension ParameterValue: CustomStringConvertible {
  /// The value as Python prints it, text without its quotes: `0.001`, `[64, 64]`, `gelu`.
  public var description: String {
    if case .text(let text) = self { text } else { literal }
  }

  /// A Python literal that reads back as the same value: `'gelu'`, `['a', None]`.
  public var literal: String {
    switch self {
    case .null: "None"
    case .boolean(let isTrue): isTrue ? "True" : "False"
    case .integer(let integer): integer.description
    // An infinite number has no name in the grammar, but every decimal beyond the range stands for it.
    case .number(let number): number.isInfinite ? (number < 0 ? "-1e999" : "1e999") : number.description
    case .text(let text): quoted(text)
    case .list(let values): "[" + values.map(\.literal).joined(separator: ", ") + "]"
    case .map(let values):
      "{"
        + values.sorted { $0.key < $1.key }.map { "\(quoted($0.key)): \($0.value.literal)" }
        .joined(separator: ", ") + "}"
    }
  }

  /// The text that two values share exactly when they make the same configuration.
  ///
  /// Types count, the way of writing does not: `1e-3` and `0.001` are one value, `'1'` and `1` are two.
  /// `1` and `1.0` are one value: whatever accepts both computes the same from either, so training both
  /// would be training twice, and `n_layers=1` in a filter should find what a file wrote as `1.0`.
  public var canonical: String {
    switch self {
    case .null, .boolean, .integer, .text: literal
    case .number(let number):
      // Past 2⁵³ a number no longer says which integer was meant.
      number.magnitude <= 0x1p53 && number == number.rounded() ? Int(number).description : literal
    case .list(let values): "[" + values.map(\.canonical).joined(separator: ",") + "]"
    case .map(let values):
      "{"
        + values.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\($0.value.canonical)" }
        .joined(separator: ",") + "}"
    }
  }

  /// The value in JSON, with `null` for a number that JSON cannot write.
  public var json: String {
    switch self {
    case .null: "null"
    case .boolean(let isTrue): isTrue ? "true" : "false"
    case .integer(let integer): integer.description
    case .number(let number): JSON.number(number)
    case .text(let text): JSON.string(text)
    case .list(let values): "[" + values.map(\.json).joined(separator: ",") + "]"
    case .map(let values):
      "{"
        + values.sorted { $0.key < $1.key }.map { "\(JSON.string($0.key)):\($0.value.json)" }
        .joined(separator: ",") + "}"
    }
  }
}

/// Text in quotes, chosen and escaped as Python's `repr` does for printable text.
private func quoted(_ text: String) -> String {
  let quote: Unicode.Scalar = text.contains("'") && !text.contains("\"") ? "\"" : "'"
  var result = String(quote)
  for scalar in text.unicodeScalars {
    switch scalar {
    case quote, "\\": result += "\\\(scalar)"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case _ where scalar.value < 0x20 || scalar.value == 0x7F:
      let digits = String(scalar.value, radix: 16)
      result += "\\x" + String(repeating: "0", count: 2 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + String(quote)
}

/// The few pieces of JSON that reports and tables write.
enum JSON {
  /// A finite number in its shortest decimals, `null` for any other.
  static func number(_ number: Double) -> String { number.isFinite ? number.description : "null" }

  /// Text in double quotes.
  static func string(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// An object with its members in the given order.
  static func object(_ members: [(name: String, json: String)]) -> String {
    "{" + members.map { "\(string($0.name)):\($0.json)" }.joined(separator: ",") + "}"
  }
}
