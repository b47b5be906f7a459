import Foundation

extension TypedTable {
  /// The texts that pandas reads as missing.
  private static let missingTexts = Set(
    [
      "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
      "NULL", "NaN", "None", "n/a", "nan", "null",
    ].map { Array($0.utf8) })

  /// Whether a cell is one of the texts that pandas reads as missing.
  static func isMissing(_ source: [UInt8], _ start: Int, _ end: Int) -> Bool {
    if start == end { return true }
    guard end - start <= 8 else { return false }
    switch source[start] {
    case UInt8(ascii: "#"), UInt8(ascii: "-"), UInt8(ascii: "1"), UInt8(ascii: "<"), UInt8(ascii: "N"),
      UInt8(ascii: "n"):
      // Most tokens that begin like this are plain numbers, which the second byte shows.
      if end - start > 1, 48...57 ~= source[start + 1] && source[start] != UInt8(ascii: "-") { return false }
      return end - start > 1 && missingTexts.contains(Array(source[start..<end]))
    default: return false
    }
  }

  /// The number in a cell, correctly rounded, or `nil` if it is not a number; surrounding spaces are ignored.
  static func number(_ source: [UInt8], _ start: Int, _ end: Int) -> Double? { number(source.span, start, end) }

  static func number(_ source: Span<UInt8>, _ start: Int, _ end: Int) -> Double? {
    var index = start
    var mantissa: UInt64 = 0
    var digits = 0
    var fraction = 0
    let isNegative = index < end && source[index] == UInt8(ascii: "-")
    if isNegative { index += 1 }
    let first = index
    while index < end, 48...57 ~= source[index], digits < 18 {
      mantissa = mantissa * 10 + UInt64(source[index] - 48)
      digits += 1
      index += 1
    }
    if index > first, index < end, source[index] == UInt8(ascii: ".") {
      index += 1
      while index < end, 48...57 ~= source[index], digits < 18 {
        mantissa = mantissa * 10 + UInt64(source[index] - 48)
        digits += 1
        fraction += 1
        index += 1
      }
    }
    // Both operands of the division are exact, so its result is the nearest number.
    if index == end, digits > 0, fraction == 0 || (mantissa <= 1 << 53 && fraction < powersOfTen.count) {
      let magnitude = fraction == 0 ? Double(mantissa) : Double(mantissa) / powersOfTen[fraction]
      return isNegative ? -magnitude : magnitude
    }
    let text = String(decoding: (start..<end).map { source[$0] }, as: UTF8.self).trimmingCharacters(in: .whitespaces)
    return text.lowercased().contains("x") ? nil : Double(text)
  }

  private static let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]
}
