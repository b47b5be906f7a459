import Literals
import Testing

@Suite struct VisibleTextTests {
  @Test(arguments: [
    ("plain, with spaces", "plain, with spaces"), ("Größe 商品 👩‍👩‍👧 🏳️‍🌈", "Größe 商品 👩‍👩‍👧 🏳️‍🌈"), ("", ""),
    ("\u{1B}[2J\u{1B}]0;title\u{7}", "\\u{1B}[2J\\u{1B}]0;title\\u{7}"), ("a\r\nb\tc", "a\\r\\nb\\tc"),
    ("\u{9B}31mred", "\\u{9B}31mred"), ("user\u{202E}txt.exe", "user\\u{202E}txt.exe"),
    ("\u{2066}a\u{2069}\u{200F}", "\\u{2066}a\\u{2069}\\u{200F}"), ("one\u{2028}two\u{85}", "one\\u{2028}two\\u{85}"),
    ("\0\u{7F}", "\\u{0}\\u{7F}"), ("\u{FEFF}a", "\\u{FEFF}a"),
  ])
  func `What a terminal would act on becomes an escape`(text: String, visible: String) {
    #expect(text.visible == visible)
    #expect(text.visible.visible == visible)
  }

  @Test func `Lines and tabs of a longer text stay`() {
    #expect("a\n\tb\r\n\u{1B}c".visibleLines == "a\n\tb\\r\n\\u{1B}c")
  }

  @Test func `A message is one line of a length that can be read`() {
    let name = String(repeating: "né", count: 5000)
    let text = message(at: "f:1\n", found: "'\(name)'", expected: "a\u{1B}b")
    #expect(text.hasPrefix("f:1\\n: found 'néné") && text.hasSuffix("… (10002 characters); expected a\\u{1B}b"))
    #expect(text.count < 1100)
  }

  @Test(arguments: ["\u{9B}", "\u{202E}", "\u{2028}", "a\u{200F}b", "\u{85}"])
  func `Python's and JSON's texts escape them and read back`(text: String) throws {
    let value = Literal.list([.text(text), .map([text: .text(text)])])
    for written in [value.python, value.json, value.exactJSON] {
      #expect(written.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 })
    }
    #expect(try Literal(parsing: value.python) == value)
    #expect(try Literal(parsing: value.exactJSON, as: .configuration) == value)
    // What identifies a configuration stays as it was.
    #expect(Literal.text(text).canonical == "'\(text)'")
  }

  @Test func `JSON of another encoder gets the same escapes`() throws {
    let json = "{\n  \"a\u{9B}\" : \"\u{202E}\u{7F}\"\n}"
    #expect(JSON.visible(json) == "{\n  \"a\\u009b\" : \"\\u202e\\u007f\"\n}")
    #expect(
      try Literal(parsing: JSON.visible(json), as: .configuration) == .map(["a\u{9B}": .text("\u{202E}\u{7F}")]))
  }
}
