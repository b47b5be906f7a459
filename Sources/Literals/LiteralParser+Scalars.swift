// MARK: - Names and numbers

extension LiteralParser {
  mutating func name() throws(LiteralError) -> Literal {
    let start = position
    while current?.belongsToName == true { position += 1 }
    let name = string(from: start)
    switch name {
    case "None": return .null
    case "null" where grammar == .configuration: return .null
    case _ where name.lowercased() == "true": return .boolean(true)
    case _ where name.lowercased() == "false": return .boolean(false)
    default: throw mistake(at: start, found: name, expected: "'\(name)' in quotes, if it is text")
    }
  }

  mutating func number() throws(LiteralError) -> Literal {
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
        throw mistake(at: start, found: "a number with leading zeros, \(decimal)", expected: "a number without them")
      }
      return try integer(decimal, radix: 10, from: start)
    }
    try endNumber(from: start)
    return .number(Double(decimal) ?? .infinity)
  }

  private func integer(_ digits: String, radix: Int, from start: Int) throws(LiteralError) -> Literal {
    try endNumber(from: start)
    if let value = Int(digits, radix: radix) { return .integer(value) }
    if grammar == .configuration, radix == 10 { return .number(Double(digits) ?? .infinity) }
    throw mistake(
      at: start, found: "an integer of more than 64 bits", expected: "a smaller one, or a number with a decimal point")
  }

  private func endNumber(from start: Int) throws(LiteralError) {
    guard current?.belongsToNumber == true else { return }
    var rest = self
    while rest.current?.belongsToNumber == true { rest.position += 1 }
    throw mistake(at: start, found: rest.string(from: start), expected: "a number, or text in quotes")
  }

  /// Digits; single underscores between them are ignored.
  private mutating func digits(_ radix: Int) -> String {
    var digits = ""
    while let scalar = current {
      if scalar.isDigit(radix) {
        digits.unicodeScalars.append(scalar)
      } else if scalar != "_" || digits.isEmpty || peek(1)?.isDigit(radix) != true {
        break
      }
      position += 1
    }
    return digits
  }
}

// MARK: - Text

extension LiteralParser {
  mutating func text() throws(LiteralError) -> String {
    let start = position
    let quote = scalars[position]
    position += 1
    var text = ""
    while let scalar = current {
      position += 1
      if scalar == quote { return text }
      if scalar == "\\" { text += try escape() } else { text.unicodeScalars.append(scalar) }
    }
    throw mistake(at: start, found: "text without an end", expected: "a closing \(quote)")
  }

  private mutating func escape() throws(LiteralError) -> String {
    let start = position - 1
    guard let scalar = current else { return "\\" }
    position += 1
    switch scalar {
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "a": return "\u{7}"
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "v": return "\u{B}"
    case "0": return "\0"
    case "\\", "'", "\"": return String(scalar)
    case "/" where grammar == .configuration: return "/"
    case "x": return try escapedScalar(digitCount: 2, from: start)
    case "u": return try escapedScalar(digitCount: 4, from: start)
    case "U": return try escapedScalar(digitCount: 8, from: start)
    // Python keeps the backslash of an unknown escape.
    default: return "\\" + String(scalar)
    }
  }

  private mutating func escapedScalar(digitCount: Int, from start: Int) throws(LiteralError) -> String {
    var code = hexadecimal(digitCount)
    // JSON writes characters of more than 16 bits as two halves.
    if let high = code, 0xD800..<0xDC00 ~= high, digitCount == 4, consume("\\"), consume("u") {
      let low = hexadecimal(digitCount)
      code = low.flatMap { 0xDC00..<0xE000 ~= $0 ? 0x10000 + (high - 0xD800) << 10 + ($0 - 0xDC00) : nil }
    }
    if let code, let scalar = Unicode.Scalar(code) { return String(scalar) }
    position = min(start + 2 + digitCount, scalars.count)
    throw mistake(
      at: start, found: string(from: start), expected: "\(digitCount) hexadecimal digits of a character")
  }

  /// Takes the given number of hexadecimal digits, or nothing.
  private mutating func hexadecimal(_ count: Int) -> UInt32? {
    guard position + count <= scalars.count, (0..<count).allSatisfy({ peek($0)?.isDigit(16) == true })
    else { return nil }
    let start = position
    position += count
    return UInt32(string(from: start), radix: 16)
  }
}

// MARK: - Characters

extension Unicode.Scalar {
  var isDecimalDigit: Bool { isDigit(10) }

  /// As in Python's names: letters, digits, underscores, combining marks.
  var belongsToName: Bool { properties.isXIDContinue }

  /// Whether the character cannot follow a number.
  var belongsToNumber: Bool { belongsToName || self == "." }

  /// Anything except spaces, control characters, and the punctuation of lists and maps.
  var belongsToBareWord: Bool { value > 0x20 && !",:[](){}\"'".unicodeScalars.contains(self) }

  fileprivate func isDigit(_ radix: Int) -> Bool {
    guard isASCII, let digit = Character(self).hexDigitValue else { return false }
    return digit < radix
  }
}
