extension Literal: CustomStringConvertible {
  /// The value as Python prints it, text without its quotes: `0.001`, `[64, 64]`, `gelu`.
  public var description: String {
    if case .text(let text) = self { text } else { python }
  }

  /// A Python literal that is parsed back to the same value: `'gelu'`, `['a', None]`.
  public var python: String { text(in: .python) }

  /// Text that is equal for two values exactly if they make the same configuration.
  ///
  /// Types matter, notation does not: `1e-3` and `0.001` are the same value, `'1'` and `1` are different.
  /// `1` and `1.0` are the same value: everything that accepts both computes the same from either, so training both
  /// would be redundant, and the filter `n_layers=1` should find a value written as `1.0`.
  public var canonical: String { text(in: .canonical) }

  /// The value as JSON, with `null` for numbers that JSON cannot represent.
  public var json: String { text(in: .json) }

  /// JSON that is parsed back to the same value; unique for each value.
  ///
  /// A `number` always has a decimal point or an exponent, which distinguishes 2.0 from 2. Infinity, which JSON cannot
  /// represent, is `1e999`; NaN is `null`.
  public var exactJSON: String { text(in: .exactJSON) }

  /// The value as in configuration files: text unquoted, everything else as `exactJSON`.
  public var plain: String {
    if case .text(let text) = self { text } else { exactJSON }
  }

  /// The value in YAML, on one line; PyYAML, RecBole and this program read the same value from it.
  public var yaml: String { text(in: .yaml) }

  private func text(in notation: Notation) -> String {
    switch self {
    case .null: notation.null
    case .boolean(let isTrue): isTrue ? notation.yes : notation.no
    case .integer(let integer): integer.description
    case .number(let number): notation.number(number)
    case .text(let text): notation.quoted(text)
    case .list(let values): "[" + values.map { $0.text(in: notation) }.joined(separator: notation.comma) + "]"
    case .map(let values):
      "{"
        + values.sorted { $0.key < $1.key }
        .map { notation.quoted($0.key) + notation.colon + $0.value.text(in: notation) }
        .joined(separator: notation.comma) + "}"
    }
  }
}

/// The notation for the parts of a value.
private struct Notation {
  var null = "null"
  var yes = "true"
  var no = "false"
  var comma = ","
  var colon = ":"
  var quoted = JSON.string
  var number: (Double) -> String

  static var json: Self { Self(number: JSON.number) }

  static var exactJSON: Self {
    Self { $0.isNaN ? "null" : $0 == 0 ? "0.0" : decimal($0) }
  }

  static var python: Self {
    Self(
      null: "None", yes: "True", no: "False", comma: ", ", colon: ": ", quoted: { pythonText($0) },
      number: pythonDecimal)
  }

  static var yaml: Self { Self(comma: ", ", colon: ": ", quoted: yamlText, number: yamlDecimal) }

  static var canonical: Self {
    var notation = python
    (notation.comma, notation.colon) = (",", ":")
    // Beyond 2⁵³, a number no longer identifies an integer.
    notation.quoted = { pythonText($0, escapes: false) }
    notation.number = { $0.magnitude <= 0x1p53 && $0 == $0.rounded() ? Int($0).description : decimal($0) }
    return notation
  }

  /// The grammars have no name for infinity, but every decimal beyond the range stands for it.
  private static func decimal(_ number: Double) -> String {
    number.isInfinite ? (number < 0 ? "-1e999" : "1e999") : number.description
  }

  /// Python uses exponents from 10¹⁶, Swift from 2⁵³; in between, all numbers are whole.
  private static func pythonDecimal(_ number: Double) -> String {
    (0x1p53..<1e16).contains(number.magnitude) ? "\(Int(number)).0" : decimal(number)
  }

  /// YAML 1.1 takes `1e-12` for text: a number has a point.
  private static func yamlDecimal(_ number: Double) -> String {
    guard number.isFinite else { return number.isNaN ? ".nan" : number < 0 ? "-.inf" : ".inf" }
    let parts = number.description.split(separator: "e")
    guard parts.count == 2, !parts[0].contains(".") else { return number.description }
    return "\(parts[0]).0e\(parts[1])"
  }

  /// A word without quotes if YAML reads it as text, everything else as in JSON, which YAML reads as well.
  private static func yamlText(_ text: String) -> String {
    let others = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
    let isWord = text.wholeMatch(of: #/[A-Za-z_][A-Za-z0-9_@.\-]*/#) != nil
    return isWord && !others.contains(text.lowercased()) ? text : JSON.string(text)
  }

  /// Text in quotes; quotes and escapes are chosen as by Python's `repr`.
  ///
  /// - Parameter escapes: Whether invisible characters outside ASCII are escaped, too; text that identifies configurations keeps them
  ///   unescaped.
  private static func pythonText(_ text: String, escapes: Bool = true) -> String {
    inQuotes(
      text, by: text.contains("'") && !text.contains("\"") ? "\"" : "'", controls: "\\x", escapesInvisible: escapes)
  }
}

/// The JSON building blocks of reports and tables.
public enum JSON {
  /// A finite number in its shortest decimals, `null` for any other.
  public static func number(_ number: Double) -> String { number.isFinite ? number.description : "null" }

  /// Text in double quotes.
  public static func string(_ text: String) -> String { inQuotes(text, by: "\"", controls: "\\u00") }

  /// The JSON with invisible characters escaped.
  ///
  /// - Parameter json: Valid JSON, which has such characters only in strings; its line breaks are kept.
  public static func visible(_ json: String) -> String {
    guard json.unicodeScalars.contains(where: { $0.isInvisible && $0 != "\n" }) else { return json }
    var result = String.UnicodeScalarView()
    for scalar in json.unicodeScalars {
      if scalar.isInvisible, scalar != "\n" {
        result.append(contentsOf: "\\u\(fourDigits(scalar))".unicodeScalars)
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }

  /// An object, with its members in the given order.
  public static func object(_ members: [(name: String, json: String)]) -> String {
    "{" + members.map { "\(string($0.name)):\($0.json)" }.joined(separator: ",") + "}"
  }
}

/// Text in quotes; ASCII control characters are written as `controls` and two hexadecimal digits.
private func inQuotes(
  _ text: String, by quote: Unicode.Scalar, controls: String, escapesInvisible: Bool = true
) -> String {
  var result = String(quote)
  for scalar in text.unicodeScalars {
    switch scalar {
    case quote, "\\": result += "\\\(scalar)"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case _ where scalar.value < 0x20 || scalar.value == 0x7F:
      result += controls + fourDigits(scalar).suffix(2)
    case _ where escapesInvisible && scalar.isInvisible: result += "\\u\(fourDigits(scalar))"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + String(quote)
}

/// A scalar of the first plane in hexadecimal.
private func fourDigits(_ scalar: Unicode.Scalar) -> String {
  let digits = String(scalar.value, radix: 16)
  return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}
