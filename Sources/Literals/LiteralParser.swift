/// Parses literals: data only, without variables or calls.
public struct LiteralParser {
  /// The columns at which the elements of the outermost list start.
  public private(set) var elementColumns: [Int] = []

  let grammar: Literal.Grammar
  let scalars: [Unicode.Scalar]
  var position = 0

  /// The column of each scalar, and of the end. Several scalars can form one character.
  private let columns: [Int]

  /// The maximum nesting depth; deeper nesting is useless here and would exhaust the stack.
  private static let deepest = 64

  /// - Parameter firstColumn: The column of the text's first character in its line.
  public init(_ text: String, as grammar: Literal.Grammar = .python, firstColumn: Int = 1) {
    var scalars: [Unicode.Scalar] = []
    var columns: [Int] = []
    var column = firstColumn
    for character in text {
      for scalar in character.unicodeScalars {
        scalars.append(scalar)
        columns.append(column)
      }
      column += 1
    }
    self.grammar = grammar
    self.scalars = scalars
    self.columns = columns + [column]
  }

  /// Reads the whole text as one value.
  public mutating func parse() throws(LiteralError) -> Literal {
    skipSpaces()
    guard current != nil else { throw unexpected("a value") }
    let start = position
    let first = try product(depth: 0)
    skipSpaces()
    guard current == "," else {
      guard current == nil else { throw unexpected("nothing more after the value") }
      return first
    }
    elementColumns = [columns[start]]
    var values = [first]
    while consume(",") {
      skipSpaces()
      if current == nil { break }
      elementColumns.append(columns[position])
      values.append(try product(depth: 1))
      skipSpaces()
    }
    guard current == nil else { throw unexpected("',' between values") }
    return .list(values)
  }

  // MARK: - Arithmetic

  private mutating func product(depth: Int) throws(LiteralError) -> Literal {
    var value = try signed(depth: depth)
    while true {
      skipSpaces()
      let start = position
      if current == "*", peek(1) != "*" {
        position += 1
        value = try value.multiplied(by: try signed(depth: depth), at: columns[start])
      } else if current == "/", peek(1) != "/" {
        position += 1
        value = try value.divided(by: try signed(depth: depth), at: columns[start])
      } else {
        return value
      }
    }
  }

  private mutating func signed(depth: Int) throws(LiteralError) -> Literal {
    skipSpaces()
    let start = position
    var isNegative = false
    var hasSign = false
    while let sign = current, sign == "-" || sign == "+" {
      if sign == "-" { isNegative.toggle() }
      hasSign = true
      position += 1
      skipSpaces()
    }
    if isNegative, takeSmallestInteger() { return .integer(.min) }
    let value = try power(depth: depth)
    guard hasSign else { return value }
    guard value.double != nil else {
      throw mistake(at: start, found: "a sign before \(value.python)", expected: "a number after the sign")
    }
    return isNegative ? try value.negated(at: columns[start]) : value
  }

  /// Takes the digits of 2⁶³, which do not fit into 64 bits without the preceding minus sign.
  private mutating func takeSmallestInteger() -> Bool {
    let digits = Int.min.magnitude.description.unicodeScalars
    guard scalars[position...].starts(with: digits) else { return false }
    let end = position + digits.count
    let rest = scalars[end...].drop { $0.properties.isWhitespace }
    if rest.starts(with: "**".unicodeScalars) || peek(digits.count)?.belongsToNumber == true {
      return false
    }
    position = end
    return true
  }

  private mutating func power(depth: Int) throws(LiteralError) -> Literal {
    let base = try atom(depth: depth)
    skipSpaces()
    guard current == "*", peek(1) == "*" else { return base }
    let start = position
    guard depth < Self.deepest else { throw unexpected("at most \(Self.deepest) levels") }
    position += 2
    return try base.raised(to: try signed(depth: depth + 1), at: columns[start])
  }

  // MARK: - Atoms

  private mutating func atom(depth: Int) throws(LiteralError) -> Literal {
    guard depth < Self.deepest else { throw unexpected("at most \(Self.deepest) levels of brackets") }
    skipSpaces()
    switch current {
    case "[":
      return .list(try elements(closing: "]", depth: depth).values)
    case "(":
      let (values, isTuple) = try elements(closing: ")", depth: depth)
      return isTuple ? .list(values) : values[0]
    case "{":
      return try map(depth: depth)
    case "'", "\"":
      return .text(try text())
    case let scalar? where scalar.isDecimalDigit || (scalar == "." && peek(1)?.isDecimalDigit == true):
      return try number()
    case let scalar? where scalar.belongsToName:
      return try name()
    default:
      throw unexpected("a number, text in quotes, True, False, None or a list")
    }
  }

  private mutating func elements(
    closing: Unicode.Scalar, depth: Int
  ) throws(LiteralError) -> (values: [Literal], isTuple: Bool) {
    position += 1
    var values: [Literal] = []
    var hasComma = false
    if depth == 0 { elementColumns = [] }
    while true {
      skipSpaces()
      if consume(closing) { return (values, hasComma || values.isEmpty) }
      guard values.isEmpty || hasComma else { throw unexpected("',' or '\(closing)'") }
      if depth == 0 { elementColumns.append(columns[position]) }
      values.append(try element(depth: depth + 1))
      skipSpaces()
      let isLast = current != ","
      if !isLast {
        position += 1
        hasComma = true
      } else if current != closing {
        throw unexpected("',' or '\(closing)'")
      }
    }
  }

  private mutating func map(depth: Int) throws(LiteralError) -> Literal {
    position += 1
    var values: [String: Literal] = [:]
    while true {
      skipSpaces()
      if consume("}") { return .map(values) }
      let start = position
      let key = try key(depth: depth + 1)
      skipSpaces()
      guard consume(":") else { throw unexpected("':' after the key") }
      guard values.updateValue(try element(depth: depth + 1), forKey: key) == nil else {
        throw mistake(at: start, found: "the key '\(key)' a second time", expected: "each key only once")
      }
      skipSpaces()
      guard consume(",") || current == "}" else { throw unexpected("',' or '}'") }
    }
  }

  private mutating func key(depth: Int) throws(LiteralError) -> String {
    if grammar == .configuration { return try element(depth: depth).plain }
    guard current == "'" || current == "\"" else { throw unexpected("a key in quotes or '}'") }
    return try text()
  }

  /// A value inside brackets; a bare word, too, if the grammar allows it.
  private mutating func element(depth: Int) throws(LiteralError) -> Literal {
    guard grammar == .configuration else { return try product(depth: depth) }
    skipSpaces()
    let start = position
    var failure: LiteralError?
    do throws(LiteralError) {
      let value = try product(depth: depth)
      skipSpaces()
      if current.map({ ",:])}".unicodeScalars.contains($0) }) ?? true { return value }
    } catch {
      failure = error
    }
    let end = position
    position = start
    while current?.belongsToBareWord == true { position += 1 }
    if position > start { return .text(string(from: start)) }
    position = end
    throw failure ?? unexpected("',' or a closing bracket")
  }

  // MARK: - Characters

  var current: Unicode.Scalar? { peek(0) }

  func peek(_ offset: Int) -> Unicode.Scalar? {
    position + offset < scalars.count ? scalars[position + offset] : nil
  }

  mutating func consume(_ scalar: Unicode.Scalar) -> Bool {
    guard current == scalar else { return false }
    position += 1
    return true
  }

  private mutating func skipSpaces() {
    while current?.properties.isWhitespace == true { position += 1 }
  }

  /// The text from `start` up to the current position.
  func string(from start: Int) -> String {
    var string = String.UnicodeScalarView()
    string.append(contentsOf: scalars[start..<position])
    return String(string)
  }

  /// An error about the text that begins at `start`.
  func mistake(at start: Int, found: String, expected: String) -> LiteralError {
    LiteralError(column: columns[start], found: found, expected: expected)
  }

  func unexpected(_ expected: String) -> LiteralError {
    let found = current == nil ? LiteralError.end : "'\(character(at: position))'"
    return mistake(at: position, found: found, expected: expected)
  }

  /// The whole character to which a scalar belongs.
  private func character(at position: Int) -> String {
    var whole = self
    while whole.position < scalars.count, columns[whole.position] == columns[position] { whole.position += 1 }
    return whole.string(from: columns[..<position].lastIndex { $0 != columns[position] }.map { $0 + 1 } ?? 0)
  }
}
