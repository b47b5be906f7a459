/// A value in parameter files, configurations, command lines and studies.
///
/// `==` distinguishes `1` from `1.0`; to compare configurations, use `canonical`.
public indirect enum Literal: Sendable, Hashable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([Literal])
  case map([String: Literal])

  /// The grammar of literals.
  public enum Grammar: Sendable {
    /// Python's literals: a number, text in quotes, `True`, `False`, `None`, a list, a tuple or a map.
    ///
    /// A tuple becomes a list, with or without its parentheses. `*`, `/` and `**` between numbers are
    /// evaluated, so `1/2` is 0.5.
    case python

    /// Python's and JSON's literals; names need no quotes: `[Recall, NDCG]`, `null`.
    ///
    /// Inside brackets, anything that is not another literal is text, up to the next space, comma, colon or bracket.
    /// Any literal can be a key, and an integer of more than 64 bits is a number.
    case configuration
  }

  /// Parses one literal, which must be the whole text.
  public init(parsing text: String, as grammar: Grammar = .python) throws(LiteralError) {
    var parser = LiteralParser(text, as: grammar)
    self = try parser.parse()
  }

  /// Parses the value of `--KEY=VALUE`: a literal if it is one, otherwise the text itself.
  ///
  /// So `None` is `null`, while `none`, `~`, `01` and the empty string are text, as in RecBole 1.2.1, which
  /// evaluates values as Python expressions.
  public init(commandLine text: String, as grammar: Grammar = .python) {
    self = (try? Literal(parsing: text, as: grammar)) ?? .text(text)
  }

  /// Whether every number in the value is finite.
  public var isFinite: Bool {
    switch self {
    case .null, .boolean, .integer, .text: true
    case .number(let number): number.isFinite
    case .list(let values): values.allSatisfy(\.isFinite)
    case .map(let values): values.values.allSatisfy(\.isFinite)
    }
  }

  /// The value as a number, whether whole or not.
  public var double: Double? {
    switch self {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }
}

extension Literal: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    do {
      try self.init(parsing: text, as: .configuration)
    } catch {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)': \(error)")
    }
  }

  /// Encodes `exactJSON` as one string, since JSON encoders would write 2.0 as 2.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(exactJSON)
  }
}
