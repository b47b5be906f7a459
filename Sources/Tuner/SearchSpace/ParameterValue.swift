/// A value that a hyperparameter or a setting can have, as Python and YAML files write it.
///
/// `==` tells `1` from `1.0`, as the types do; what makes two configurations one is `canonical`.
public enum ParameterValue: Sendable, Hashable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  indirect case list([ParameterValue])
  indirect case map([String: ParameterValue])

  /// Reads one Python literal: a number, text in quotes, `True`, `False`, `None`, a list, a tuple or a map.
  ///
  /// A tuple becomes a list, with or without its parentheses. `*`, `/` and `**` between numbers are
  /// computed, so `1/2` is 0.5.
  public init(parsing text: String) throws(LiteralError) {
    var parser = LiteralParser(text)
    self = try parser.parse()
  }

  /// Reads the right side of `--KEY=VALUE`: a literal where it is one, text as it stands otherwise.
  ///
  /// So `None` is `null`, while `none`, `~`, `01` and nothing at all are text, as in RecBole.
  public init(commandLine text: String) {
    self = (try? ParameterValue(parsing: text)) ?? .text(text)
  }

  /// Whether every number in it is finite.
  public var isFinite: Bool {
    switch self {
    case .null, .boolean, .integer, .text: true
    case .number(let number): number.isFinite
    case .list(let values): values.allSatisfy(\.isFinite)
    case .map(let values): values.values.allSatisfy(\.isFinite)
    }
  }
}
