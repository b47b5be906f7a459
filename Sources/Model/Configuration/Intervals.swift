import Literals

/// A union of intervals of numbers, such as `[1,5);[10,inf)`.
public struct Intervals: Sendable, Hashable {
  let pieces: [Piece]

  /// The text from which the intervals were parsed, without spaces.
  public let text: String

  struct Piece: Sendable, Hashable {
    var lower: Double
    var upper: Double
    var includesLower: Bool
    var includesUpper: Bool
  }

  /// Parses intervals joined by `;`, each `[a,b]`, `[a,b)`, `(a,b]` or `(a,b)`, with `inf` and `-inf` allowed.
  ///
  /// Returns `nil` if an interval is malformed or empty. (RecBole skips such an interval, and so filters less
  /// than requested.)
  public init?(parsing text: String) {
    let compact = text.filter { !$0.isWhitespace }
    var pieces: [Piece] = []
    for part in compact.split(separator: ";", omittingEmptySubsequences: false) {
      guard let piece = Piece(parsing: part) else { return nil }
      pieces.append(piece)
    }
    self.pieces = pieces
    self.text = compact
  }

  /// The intervals given by a value: a text, a list with one such text, or two numbers, which are a closed interval.
  init?(_ value: Literal) {
    switch value {
    case .text(let text): self.init(parsing: text)
    case .list(let values):
      if values.count == 1, case .text(let text) = values[0] {
        self.init(parsing: text)
      } else {
        let ends = values.compactMap(\.double).map {
          $0.isInfinite ? ($0 < 0 ? "-inf" : "inf") : Literal.number($0).canonical
        }
        guard ends.count == 2, values.count == 2 else { return nil }
        self.init(parsing: "[\(ends[0]),\(ends[1])]")
      }
    default: return nil
    }
  }

  /// The closed interval between two numbers, in either order.
  init?(between ends: [String]) {
    let numbers = ends.compactMap { Double($0) }
    guard ends.count == 2, numbers.count == 2 else { return nil }
    let isOrdered = numbers[0] <= numbers[1]
    self.init(parsing: isOrdered ? "[\(ends[0]),\(ends[1])]" : "[\(ends[1]),\(ends[0])]")
  }

  /// Whether `number` lies in one of them.
  public func contains(_ number: Double) -> Bool {
    pieces.contains { piece in
      (piece.includesLower ? number >= piece.lower : number > piece.lower)
        && (piece.includesUpper ? number <= piece.upper : number < piece.upper)
    }
  }
}

extension Intervals.Piece {
  fileprivate init?(parsing text: Substring) {
    guard let first = text.first, let last = text.last, text.count >= 5, "[(".contains(first), "])".contains(last)
    else { return nil }
    let ends = text.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false)
    guard ends.count == 2, let lower = Self.end(ends[0]), let upper = Self.end(ends[1]) else { return nil }
    (self.lower, self.upper) = (lower, upper)
    (includesLower, includesUpper) = (first == "[", last == "]")
    guard lower < upper || (lower == upper && includesLower && includesUpper) else { return nil }
  }

  private static func end(_ text: Substring) -> Double? {
    let sign: Double = text.hasPrefix("-") ? -1 : 1
    let magnitude = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text
    if ["inf", "infinity"].contains(magnitude.lowercased()) { return sign * .infinity }
    return Double(unsignedDecimal: String(magnitude)).map { sign * $0 }
  }
}

extension Double {
  /// A decimal without a sign, such as `1.5e-3`; infinity if it is too large; `nil` for any other text.
  init?(unsignedDecimal text: String) {
    guard text.utf8.allSatisfy({ 48...57 ~= $0 || [43, 45, 46, 69, 101].contains($0) }),
      text.utf8.contains(where: { 48...57 ~= $0 })
    else { return nil }
    self.init(text)
  }
}
