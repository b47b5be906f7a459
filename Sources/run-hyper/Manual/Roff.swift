/// Text in the language of man pages.
///
/// Every character that is more than itself there is written by its name, wherever the text stands.
enum Roff {
  /// A text, in one line or several.
  static func escaped(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let escaped = line.unicodeScalars.map(escaped).joined()
      // A control line begins with one of these.
      return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
    }.joined(separator: "\n")
  }

  /// A text as the argument of a macro.
  static func argument(_ text: String) -> String { "\"\(escaped(text))\"" }

  static func bold(_ text: String) -> String { "\\fB\(escaped(text))\\fR" }

  static func italic(_ text: String) -> String { "\\fI\(escaped(text))\\fR" }

  /// Words between angle brackets are italic and lose them; the rest is bold.
  static func synopsis(_ usage: String) -> String {
    var (result, rest) = ("", Substring(usage))
    while let start = rest.firstIndex(of: "<"), let end = rest[start...].firstIndex(of: ">") {
      result += bold(String(rest[..<start])) + italic(String(rest[rest.index(after: start)..<end]))
      rest = rest[rest.index(after: end)...]
    }
    return result + (rest.isEmpty ? "" : bold(String(rest)))
  }

  /// Lines that stay as they are.
  static func verbatim(_ lines: [String]) -> [String] { [".nf"] + lines.map { escaped($0) } + [".fi"] }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    if let name = names[scalar] { return name }
    guard !scalar.isASCII else { return String(scalar) }
    let hexadecimal = String(scalar.value, radix: 16, uppercase: true)
    return "\\[u\(String(repeating: "0", count: max(0, 4 - hexadecimal.count)))\(hexadecimal)]"
  }

  /// Names and words that every output device knows.
  private static let names: [Unicode.Scalar: String] = [
    "\\": "\\e", "-": "\\-", "\"": "\\(dq", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti", "≥": "\\(>=",
    "≤": "\\(<=", "×": "\\(mu", "–": "\\(en", "…": "...", "ε": "epsilon", "η": "eta",
  ]
}
