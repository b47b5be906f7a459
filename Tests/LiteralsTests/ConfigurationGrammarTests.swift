import Foundation
import Literals
import Testing

/// A list of texts.
private func words(_ words: String...) -> Literal { .list(words.map { .text($0) }) }

@Suite struct ConfigurationGrammarTests {
  @Test(arguments: [
    ("1e-3", Literal.number(0.001)), ("0.1", .number(0.1)), ("5", .integer(5)), ("1_000", .integer(1000)),
    ("0x10", .integer(16)), ("-7", .integer(-7)), ("+7", .integer(7)), ("1.", .number(1)), (".5", .number(0.5)),
    ("1e400", .number(.infinity)), ("99999999999999999999", .number(1e20)), ("True", .boolean(true)),
    ("true", .boolean(true)), ("FALSE", .boolean(false)), ("None", .null),
    ("[1,2]", .list([.integer(1), .integer(2)])),
    ("(1, 2,)", .list([.integer(1), .integer(2)])), ("()", .list([])), ("{'a':1}", .map(["a": .integer(1)])),
    ("{\"a\": [True, None]}", .map(["a": .list([.boolean(true), .null])])), ("gelu", .text("gelu")),
    ("'gelu'", .text("gelu")), ("[Recall, NDCG]", .list([.text("Recall"), .text("NDCG")])), ("01", .text("01")),
    ("inf", .text("inf")), ("yes", .text("yes")), ("", .text("")), ("[1,2", .text("[1,2")), ("1/0", .text("1/0")),
    ("1__0", .text("1__0")), ("[0,inf)", .text("[0,inf)")), ("{'a':1,'a':2}", .text("{'a':1,'a':2}")),
    ("\"\\u00e9\\ud83d\\ude00\\n\"", .text("é😀\n")), ("1 2", .text("1 2")), ("-", .text("-")), ("'a", .text("'a")),
  ])
  func `Texts from a command line are literals or themselves`(text: String, expected: Literal) {
    #expect(Literal(commandLine: text, as: .configuration) == expected)
  }

  @Test func `Texts nested without end are no literals`() {
    let text = String(repeating: "[", count: 100_000)
    #expect(throws: LiteralError.self) { try Literal(parsing: text, as: .configuration) }
  }

  @Test(arguments: [
    (Literal.null, "null"), (.boolean(true), "true"), (.integer(-3), "-3"), (.number(2), "2.0"),
    (.number(-0.0), "0.0"), (.number(0.1), "0.1"), (.number(1e-12), "1e-12"),
    (.number(Double.leastNonzeroMagnitude), "5e-324"),
    (.number(1e22), "1e+22"), (.number(.infinity), "1e999"), (.number(-.infinity), "-1e999"),
    (.text("a\"b\\\n\u{1}é"), "\"a\\\"b\\\\\\n\\u0001é\""), (.text("5"), "\"5\""),
    (.list([.integer(1), .text("x")]), "[1,\"x\"]"),
    (.map(["b": .null, "a": .map([:])]), "{\"a\":{},\"b\":null}"),
  ])
  func `Exact JSON reads back as the same value`(value: Literal, text: String) throws {
    #expect(value.exactJSON == text)
    #expect(try Literal(parsing: text, as: .configuration) == value)
    let encoded = try JSONEncoder().encode([value])
    #expect(try JSONDecoder().decode([Literal].self, from: encoded) == [value])
  }

  @Test(arguments: [
    ("null", Literal.null), ("[null,None]", .list([.null, .null])),
    ("[1.5.2, 5-core, 01, nan]", words("1.5.2", "5-core", "01", "nan")),
    ("[1/0, os.x, -, 2**]", words("1/0", "os.x", "-", "2**")), ("{a: b}", .map(["a": .text("b")])),
    ("{1: 2, True: (x, y)}", .map(["1": .integer(2), "true": words("x", "y")])), ("'\\/'", .text("/")),
    ("1/2", .number(0.5)), ("tRuE", .boolean(true)), ("1,2", .list([.integer(1), .integer(2)])), ("1,a", .text("1,a")),
    ("[a b]", .text("[a b]")), ("['a'b]", .text("['a'b]")), ("[1 2]", .text("[1 2]")), ("{a}", .text("{a}")),
    ("'\\ud83d'", .text("'\\ud83d'")), ("[5,10);[20,30]", .text("[5,10);[20,30]")),
  ])
  func `Inside brackets words are text, and JSON is read too`(text: String, expected: Literal) {
    #expect(Literal(commandLine: text, as: .configuration) == expected)
  }

  @Test(arguments: [
    Literal.integer(.min), .integer(.max), .list([.integer(.min)]), .number(-0x1p63), .text("\u{301}a\u{301}"),
    .text("\u{7F}\u{1}\0\r\n"), .map(["\u{301}": .text("'\"")]),
  ])
  func `Extreme values read back in every notation`(value: Literal) throws {
    #expect(try Literal(parsing: value.python) == value)
    #expect(try Literal(parsing: value.exactJSON, as: .configuration) == value)
    #expect(try Literal(parsing: value.json, as: .configuration) == value)
  }
}
