/// Reads Python literals and JSON, which is nearly a part of them.
///
/// Inside lists and maps a bare word counts as text, so `[Recall, NDCG]` needs no quotes; outside it
/// is not a literal. Whatever is malformed gives `nil`.
struct LiteralParser {
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  /// The value that the whole text is, or `nil`.
  mutating func parse() -> ConfigurationValue? {
    skipSpace()
    guard let value = parseValue() else { return nil }
    skipSpace()
    return position == bytes.count ? value : nil
  }

  private mutating func parseValue() -> ConfigurationValue? {
    guard let first = peek, depth < 32 else { return nil }
    depth += 1
    defer { depth -= 1 }
    switch first {
    case UInt8(ascii: "["): return parseList(until: UInt8(ascii: "]"))
    case UInt8(ascii: "("): return parseList(until: UInt8(ascii: ")"))
    case UInt8(ascii: "{"): return parseMap()
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return parseQuoted(first).map { .text($0) }
    default: return parseWord()
    }
  }

  private mutating func parseList(until end: UInt8) -> ConfigurationValue? {
    position += 1
    var values: [ConfigurationValue] = []
    while true {
      skipSpace()
      if take(end) { return .list(values) }
      guard let value = parseValue() else { return nil }
      values.append(value)
      skipSpace()
      if take(UInt8(ascii: ",")) { continue }
      return take(end) ? .list(values) : nil
    }
  }

  private mutating func parseMap() -> ConfigurationValue? {
    position += 1
    var values: [String: ConfigurationValue] = [:]
    while true {
      skipSpace()
      if take(UInt8(ascii: "}")) { return .map(values) }
      guard let key = parseValue() else { return nil }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { return nil }
      skipSpace()
      guard let value = parseValue(), values.updateValue(value, forKey: key.description) == nil else { return nil }
      skipSpace()
      if take(UInt8(ascii: ",")) { continue }
      return take(UInt8(ascii: "}")) ? .map(values) : nil
    }
  }

  private mutating func parseWord() -> ConfigurationValue? {
    let start = position
    while let byte = peek, Self.belongsToWord(byte) { position += 1 }
    guard position > start else { return nil }
    let word = String(decoding: bytes[start..<position], as: UTF8.self)
    switch word {
    case "None", "null": return .null
    case "True", "true", "TRUE": return .boolean(true)
    case "False", "false", "FALSE": return .boolean(false)
    default: return Self.number(word) ?? (depth > 1 ? .text(word) : nil)
    }
  }

  private mutating func parseQuoted(_ quote: UInt8) -> String? {
    position += 1
    var text: [UInt8] = []
    while let byte = peek {
      position += 1
      if byte == quote { return String(validating: text, as: UTF8.self) }
      guard byte == UInt8(ascii: "\\") else {
        text.append(byte)
        continue
      }
      guard let escaped = peek else { return nil }
      position += 1
      switch escaped {
      case UInt8(ascii: "n"): text.append(10)
      case UInt8(ascii: "t"): text.append(9)
      case UInt8(ascii: "r"): text.append(13)
      case UInt8(ascii: "b"): text.append(8)
      case UInt8(ascii: "f"): text.append(12)
      case UInt8(ascii: "u"):
        guard let scalar = parseEscapedScalar() else { return nil }
        text += Array(String(Character(scalar)).utf8)
      case UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "'"), UInt8(ascii: "\""): text.append(escaped)
      default: text += [UInt8(ascii: "\\"), escaped]
      }
    }
    return nil
  }

  private mutating func parseEscapedScalar() -> Unicode.Scalar? {
    guard let high = parseHexDigits() else { return nil }
    guard 0xD800..<0xDC00 ~= high else { return Unicode.Scalar(high) }
    guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")), let low = parseHexDigits(), 0xDC00..<0xE000 ~= low
    else { return nil }
    return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
  }

  private mutating func parseHexDigits() -> UInt32? {
    guard position + 4 <= bytes.count else { return nil }
    defer { position += 4 }
    return UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 32 || (9...13).contains(byte) { position += 1 }
  }

  private static func belongsToWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0...32, UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "("),
      UInt8(ascii: ")"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "\""), UInt8(ascii: "'"):
      false
    default: true
    }
  }
}

// MARK: - Numbers

extension LiteralParser {
  /// A Python number: `5`, `1_000`, `0x10`, `.5`, `1e-3`; `nil` for `01`, `inf` and anything else.
  static func number(_ word: String) -> ConfigurationValue? {
    var digits = Substring(word)
    let isNegative = digits.first == "-"
    if isNegative || digits.first == "+" { digits = digits.dropFirst() }
    guard let first = digits.first, first.isASCII, first.isNumber || first == "." else { return nil }
    guard let plain = withoutSeparators(digits) else { return nil }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where plain.lowercased().hasPrefix(prefix) {
      let magnitude = plain.dropFirst(2)
      guard magnitude.first != "+", magnitude.first != "-" else { return nil }
      return Int((isNegative ? "-" : "") + magnitude, radix: radix).map { .integer($0) }
    }
    if plain.utf8.allSatisfy({ 48...57 ~= $0 }) {
      if plain.count > 1, plain.first == "0", !plain.allSatisfy({ $0 == "0" }) { return nil }
      if let count = Int((isNegative ? "-" : "") + plain) { return .integer(count) }
    }
    return decimal(plain).map { .number(isNegative ? -$0 : $0) }
  }

  /// An unsigned decimal such as `1.5e-3`, with infinity where it is too large.
  static func decimal(_ plain: String) -> Double? {
    guard plain.utf8.allSatisfy({ 48...57 ~= $0 || [43, 45, 46, 69, 101].contains($0) }) else { return nil }
    guard plain.utf8.contains(where: { 48...57 ~= $0 }) else { return nil }
    return Double(plain)
  }

  /// `digits` without the underscores of `1_000`, which must stand between digits.
  private static func withoutSeparators(_ digits: Substring) -> String? {
    guard digits.contains("_") else { return String(digits) }
    let pieces = digits.split(separator: "_", omittingEmptySubsequences: false)
    return pieces.allSatisfy { !$0.isEmpty } ? pieces.joined() : nil
  }
}
