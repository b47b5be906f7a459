/// Reads Python literals: data only, no names and no calls.
struct LiteralParser {
  /// Columns at which the elements of the outermost list start.
  private(set) var elementColumns: [Int] = []

  private let characters: [Character]
  private let firstColumn: Int
  private var position = 0

  /// Deeper nesting has no use here and would exhaust the stack.
  private static let deepest = 64

  /// - Parameter firstColumn: The column of the text's first character in its line.
  init(_ text: String, firstColumn: Int = 1) {
    characters = Array(text)
    self.firstColumn = firstColumn
  }

  /// Reads the whole text as one value.
  mutating func parse() throws(LiteralError) -> ParameterValue {
    skipSpaces()
    guard current != nil else { throw unexpected("a value") }
    let start = position
    let first = try product(depth: 0)
    skipSpaces()
    guard current == "," else {
      guard current == nil else { throw unexpected("nothing more after the value") }
      return first
    }
    elementColumns = [firstColumn + start]
    var values = [first]
    while consume(",") {
      skipSpaces()
      if current == nil { break }
      elementColumns.append(firstColumn + position)
      values.append(try product(depth: 1))
      skipSpaces()
    }
    guard current == nil else { throw unexpected("',' between values") }
    return .list(values)
  }

  // MARK: - Arithmetic

  private mutating func product(depth: Int) throws(LiteralError) -> ParameterValue {
    var value = try signed(depth: depth)
    while true {
      skipSpaces()
      let start = position
      if current == "*", peek(1) != "*" {
        position += 1
        value = try value.multiplied(by: try signed(depth: depth), at: firstColumn + start)
      } else if current == "/", peek(1) != "/" {
        position += 1
        value = try value.divided(by: try signed(depth: depth), at: firstColumn + start)
      } else {
        return value
      }
    }
  }

  private mutating func signed(depth: Int) throws(LiteralError) -> ParameterValue {
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
    let value = try power(depth: depth)
    guard hasSign else { return value }
    guard value.double != nil else {
      throw LiteralError(
        column: firstColumn + start, found: "a sign before \(value.literal)", expected: "a number after it")
    }
    return isNegative ? try value.negated(at: firstColumn + start) : value
  }

  private mutating func power(depth: Int) throws(LiteralError) -> ParameterValue {
    let base = try atom(depth: depth)
    skipSpaces()
    guard current == "*", peek(1) == "*" else { return base }
    let start = position
    guard depth < Self.deepest else { throw unexpected("at most \(Self.deepest) levels") }
    position += 2
    return try base.raised(to: try signed(depth: depth + 1), at: firstColumn + start)
  }

  // MARK: - Atoms

  private mutating func atom(depth: Int) throws(LiteralError) -> ParameterValue {
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
    case let character? where character.isDecimalDigit || (character == "." && peek(1)?.isDecimalDigit == true):
      return try number()
    case let character? where character.isWordCharacter:
      return try word()
    default:
      throw unexpected("a number, text in quotes, True, False, None or a list")
    }
  }

  private mutating func elements(
    closing: Character, depth: Int
  ) throws(LiteralError) -> (values: [ParameterValue], isTuple: Bool) {
    position += 1
    var values: [ParameterValue] = []
    var hasComma = false
    if depth == 0 { elementColumns = [] }
    while true {
      skipSpaces()
      if consume(closing) { return (values, hasComma || values.isEmpty) }
      guard values.isEmpty || hasComma else { throw unexpected("',' or '\(closing)'") }
      if depth == 0 { elementColumns.append(firstColumn + position) }
      values.append(try product(depth: depth + 1))
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

  private mutating func map(depth: Int) throws(LiteralError) -> ParameterValue {
    position += 1
    var values: [String: ParameterValue] = [:]
    while true {
      skipSpaces()
      if consume("}") { return .map(values) }
      guard current == "'" || current == "\"" else { throw unexpected("a key in quotes or '}'") }
      let key = try text()
      skipSpaces()
      guard consume(":") else { throw unexpected("':' after the key") }
      values[key] = try product(depth: depth + 1)
      skipSpaces()
      guard consume(",") || current == "}" else { throw unexpected("',' or '}'") }
    }
  }

  private mutating func word() throws(LiteralError) -> ParameterValue {
    let start = position
    while current?.isWordCharacter == true { position += 1 }
    let word = String(characters[start..<position])
    switch word {
    case "None": return .null
    case "True", "False": return .boolean(word == "True")
    case _ where word.lowercased() == "true": return .boolean(true)
    case _ where word.lowercased() == "false": return .boolean(false)
    default:
      throw LiteralError(column: firstColumn + start, found: word, expected: "'\(word)' in quotes if text is meant")
    }
  }

  private mutating func number() throws(LiteralError) -> ParameterValue {
    let start = position
    let radix: Int? =
      if current == "0" {
        switch peek(1) {
        case "x", "X": 16
        case "o", "O": 8
        case "b", "B": 2
        default: nil
        }
      } else { nil }
    if let radix {
      position += 2
      if current == "_" { position += 1 }
      let digits = digits(radix)
      guard !digits.isEmpty else { throw unexpected("a digit to base \(radix)") }
      return try integer(digits, radix: radix, from: start)
    }
    var decimal = digits(10)
    var isWhole = true
    if consume(".") {
      isWhole = false
      decimal = (decimal.isEmpty ? "0" : decimal) + "." + (current?.isDecimalDigit == true ? digits(10) : "0")
    }
    if let mark = current, mark == "e" || mark == "E" {
      let sign = peek(1) == "-" || peek(1) == "+" ? 1 : 0
      if peek(1 + sign)?.isDecimalDigit == true {
        isWhole = false
        decimal += "e" + (peek(1) == "-" ? "-" : "")
        position += 1 + sign
        decimal += digits(10)
      }
    }
    if isWhole {
      if decimal.count > 1, decimal.first == "0", decimal.contains(where: { $0 != "0" }) {
        throw LiteralError(
          column: firstColumn + start, found: "a number with leading zeros, \(decimal)", expected: "it without them")
      }
      return try integer(decimal, radix: 10, from: start)
    }
    try endNumber(from: start)
    return .number(Double(decimal) ?? .infinity)
  }

  private func integer(_ digits: String, radix: Int, from start: Int) throws(LiteralError) -> ParameterValue {
    try endNumber(from: start)
    guard let value = Int(digits, radix: radix) else {
      throw LiteralError(
        column: firstColumn + start, found: "an integer beyond 64 bits",
        expected: "a smaller one, or one with a decimal point")
    }
    return .integer(value)
  }

  private func endNumber(from start: Int) throws(LiteralError) {
    guard current?.isWordCharacter == true || current == "." else { return }
    var end = position
    while end < characters.count, characters[end].isWordCharacter || characters[end] == "." { end += 1 }
    throw LiteralError(
      column: firstColumn + start, found: String(characters[start..<end]), expected: "a number, or text in quotes")
  }

  /// Digits with single underscores between them, which are left out.
  private mutating func digits(_ radix: Int) -> String {
    var digits = ""
    while let character = current {
      if character.isASCII, let digit = character.hexDigitValue, digit < radix {
        digits.append(character)
      } else if character == "_", !digits.isEmpty, let digit = peek(1)?.hexDigitValue, digit < radix {
        // The digit after it comes next.
      } else {
        break
      }
      position += 1
    }
    return digits
  }

  private mutating func text() throws(LiteralError) -> String {
    let start = position
    let quote = characters[position]
    position += 1
    var text = ""
    while let character = current {
      position += 1
      if character == quote { return text }
      if character == "\\" { text += try escape() } else { text.append(character) }
    }
    throw LiteralError(column: firstColumn + start, found: "text without an end", expected: "a closing \(quote)")
  }

  private mutating func escape() throws(LiteralError) -> String {
    let start = position - 1
    guard let character = current else { return "\\" }
    position += 1
    let length: Int
    switch character {
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "a": return "\u{7}"
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "v": return "\u{B}"
    case "0": return "\0"
    case "\\", "'", "\"": return String(character)
    case "x": length = 2
    case "u": length = 4
    case "U": length = 8
    // Python keeps the backslash of an escape that it does not know.
    default: return "\\" + String(character)
    }
    let digits = String(characters[position..<min(position + length, characters.count)])
    guard digits.count == length, digits.allSatisfy(\.isASCII), let code = UInt32(digits, radix: 16),
      let scalar = Unicode.Scalar(code)
    else {
      throw LiteralError(
        column: firstColumn + start, found: "\\\(character)\(digits)",
        expected: "\(length) hexadecimal digits of a character")
    }
    position += length
    return String(scalar)
  }

  // MARK: - Characters

  private var current: Character? { position < characters.count ? characters[position] : nil }

  private func peek(_ offset: Int) -> Character? {
    position + offset < characters.count ? characters[position + offset] : nil
  }

  private mutating func consume(_ character: Character) -> Bool {
    guard current == character else { return false }
    position += 1
    return true
  }

  private mutating func skipSpaces() {
    while current?.isWhitespace == true { position += 1 }
  }

  private func unexpected(_ expected: String) -> LiteralError {
    let found = current.map { "'\($0)'" } ?? "the end"
    return LiteralError(column: firstColumn + position, found: found, expected: expected)
  }
}

extension Character {
  fileprivate var isDecimalDigit: Bool { ("0"..."9").contains(self) }
  fileprivate var isWordCharacter: Bool { isLetter || isNumber || self == "_" }
}
