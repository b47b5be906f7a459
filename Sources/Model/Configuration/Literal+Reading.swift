import Literals

// What a configuration reads from a value, however it is written.

extension Literal {
  /// Whether the value is null or a word for it: RecBole's users write `None` in YAML and `~` on command lines.
  var isNullLike: Bool {
    switch self {
    case .null: true
    case .text(let text): ["", "~", "null", "none"].contains(text.lowercased())
    default: false
    }
  }

  /// The value as an integer, even if it is written as 2.0.
  var wholeNumber: Int? {
    switch self {
    case .integer(let count): count
    case .number(let number): Int(exactly: number)
    default: nil
    }
  }

  /// The value as a finite number.
  var finiteNumber: Double? {
    double.flatMap { $0.isFinite ? $0 : nil }
  }

  /// The names in a list of texts, or a single text.
  var names: [String]? {
    switch self {
    case .text(let text): return [text]
    case .list(let values):
      var names: [String] = []
      for value in values {
        guard case .text(let name) = value else { return nil }
        names.append(name)
      }
      return names
    default: return nil
    }
  }
}
