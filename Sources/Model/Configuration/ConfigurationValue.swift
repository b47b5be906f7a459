/// A value of a configuration key, as files, the command line and studies write it.
public indirect enum ConfigurationValue: Sendable, Hashable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([ConfigurationValue])
  case map([String: ConfigurationValue])
}

// MARK: - Canonical text

extension ConfigurationValue: CustomStringConvertible {
  /// The value as JSON: one text for one value, numbers as short as reading them back allows.
  ///
  /// A `number` always has a point or an exponent, so that 2.0 and 2 stay apart; keys of maps are
  /// sorted. Infinity, which JSON cannot say, is `1e999`; what is not a number is `null`.
  public var canonicalText: String {
    switch self {
    case .null: "null"
    case .boolean(let flag): flag ? "true" : "false"
    case .integer(let count): String(count)
    case .number(let number): Self.text(of: number)
    case .text(let text): Self.quoted(text)
    case .list(let values): "[" + values.map(\.canonicalText).joined(separator: ",") + "]"
    case .map(let values):
      "{"
        + values.sorted { $0.key < $1.key }.map { Self.quoted($0.key) + ":" + $0.value.canonicalText }
        .joined(separator: ",") + "}"
    }
  }

  /// The value as a person would write it in a message or a table: canonical, but plain words unquoted.
  public var description: String {
    if case .text(let text) = self { text } else { canonicalText }
  }

  /// What kind of value it is, for messages.
  var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "a boolean"
    case .integer: "an integer"
    case .number: "a number"
    case .text: "text"
    case .list: "a list"
    case .map: "a map"
    }
  }

  private static func text(of number: Double) -> String {
    if number.isNaN { return "null" }
    if number.isInfinite { return number < 0 ? "-1e999" : "1e999" }
    return number == 0 ? "0.0" : number.description
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

// MARK: - Reading

extension ConfigurationValue {
  /// Reads JSON or a Python literal: numbers, quoted text, `true`, `None`, lists, tuples, maps.
  ///
  /// `nil` if `text` is neither, such as a bare word.
  public init?(parsing text: String) {
    var parser = LiteralParser(text)
    guard let value = parser.parse() else { return nil }
    self = value
  }

  /// Reads a value given as text, as on a command line: a literal if it is one, else the text itself.
  ///
  /// Source: RecBole 1.2.1 evaluates such texts as Python expressions; here only literals are.
  public init(commandLine text: String) {
    self = ConfigurationValue(parsing: text) ?? .text(text)
  }
}

extension ConfigurationValue: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = ConfigurationValue(parsing: text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is not a canonical value")
    }
    self = value
  }

  /// Encodes the canonical text as one string, since JSON encoders would write 2.0 as 2.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(canonicalText)
  }
}
