package import Literals

/// A condition on a column of a leaderboard, such as `learning_rate<=0.001`, `state!=pruned` or `n_layers in 1,2`.
public struct Condition: Sendable, Equatable, CustomStringConvertible {
  /// How a value is compared.
  package enum Comparison: Sendable, Equatable {
    case equal(Literal)
    case unequal(Literal)

    /// Equal to one of several values.
    case among([Literal])
    case ordered(Relation, Double)
  }

  /// An order of numbers.
  package enum Relation: String, Sendable, CaseIterable {
    case below = "<"
    case atMost = "<="
    case above = ">"
    case atLeast = ">="
  }

  /// The column: a parameter, a metric, or one that all studies have.
  package let name: String
  package let comparison: Comparison

  /// The condition as it was given.
  public let description: String

  /// Reads a column, a comparison and a value.
  ///
  /// The comparisons are `=`, `!=`, `<`, `<=`, `>`, `>=`, and the word `in` before a list, whose brackets may be left out.
  /// Spaces around them do not count.
  ///
  /// - Throws: A `ReportError` if there is no comparison, or if the value is missing or cannot be compared in that way.
  public init(parsing text: String) throws(ReportError) {
    description = text
    if let (name, list) = Self.membership(text) {
      self.name = name
      comparison = .among(try Self.values(of: list, in: text))
      return
    }
    let (name, sign, value) = try Self.parts(of: text)
    self.name = name
    switch sign {
    case "=", "==": comparison = .equal(Literal(commandLine: value))
    case "!=":
      guard !value.hasPrefix("=") else { throw Self.error(text, expected: "!= instead of !==") }
      comparison = .unequal(Literal(commandLine: value))
    default:
      guard let relation = Relation(rawValue: sign) else {
        let meant = Relation(rawValue: String(sign.reversed()))?.rawValue
        throw Self.error(text, expected: "\(meant ?? Self.signs) instead of \(sign)")
      }
      guard let number = Literal(commandLine: value).double, !number.isNaN else {
        throw Self.error(text, expected: "a number after \(sign); texts can be compared with =, != and in")
      }
      comparison = .ordered(relation, number)
    }
  }

  /// Whether a value meets the condition; a trial without the value does not.
  package func holds(for value: Literal?) -> Bool {
    guard let value else { return false }
    switch comparison {
    case .equal(let other): return value.canonical == other.canonical
    case .unequal(let other): return value.canonical != other.canonical
    case .among(let others): return others.contains { $0.canonical == value.canonical }
    case .ordered(let relation, let limit):
      guard let number = value.double else { return false }
      return relation.holds(number, limit)
    }
  }

  private static let signs = "=, !=, <, <=, > or >="

  private static func error(_ text: String, expected: String) -> ReportError {
    ReportError(location: "--where", found: "'\(text)'", expected: expected)
  }

  /// The column and the list of `NAME in LIST`; `nil` if it is no such condition.
  private static func membership(_ text: String) -> (name: String, list: String)? {
    let words = text.split(maxSplits: 2, whereSeparator: \.isWhitespace)
    guard words.count > 1, words[1] == "in", !words[0].unicodeScalars.contains(where: isSign) else { return nil }
    return (String(words[0]), words.count > 2 ? String(words[2]) : "")
  }

  private static func values(of list: String, in text: String) throws(ReportError) -> [Literal] {
    guard list.contains(where: { !$0.isWhitespace }) else {
      throw error(text, expected: "values after in, separated by commas")
    }
    let whole = Literal(commandLine: list)
    var values = [whole]
    if case .list(let inBrackets) = whole {
      values = inBrackets
    } else if case .text(list) = whole {
      values = list.split(separator: ",").map { Literal(commandLine: $0.withoutSpaces) }
    }
    guard !values.isEmpty else { throw error(text, expected: "values after in, separated by commas") }
    return values
  }

  /// The text before the first comparison, the comparison, and the text after it.
  private static func parts(of text: String) throws(ReportError) -> (name: String, sign: String, value: String) {
    // Works on scalars: a sign followed by a combining mark is part of another character.
    let scalars = text.unicodeScalars
    let start = scalars.indices.first { index in
      isSign(scalars[index]) || (scalars[index] == "!" && scalars[scalars.index(after: index)...].first == "=")
    }
    guard let start else {
      throw error(text, expected: "NAME=VALUE, another of \(signs), or NAME in VALUE,VALUE")
    }
    var end = scalars.index(after: start)
    if end < scalars.endIndex, isSign(scalars[end]) { end = scalars.index(after: end) }
    return (text[..<start].withoutSpaces, String(scalars[start..<end]), text[end...].withoutSpaces)
  }

  private static func isSign(_ scalar: Unicode.Scalar) -> Bool { ["=", "<", ">"].contains(scalar) }
}

extension Condition.Relation {
  fileprivate func holds(_ a: Double, _ b: Double) -> Bool {
    switch self {
    case .below: a < b
    case .atMost: a <= b
    case .above: a > b
    case .atLeast: a >= b
    }
  }
}

extension Substring {
  fileprivate var withoutSpaces: String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
