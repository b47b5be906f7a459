import Literals
import Testing

@Suite struct LiteralTests {
  @Test(arguments: [
    ("1", Literal.integer(1)), ("-5", .integer(-5)), ("1_000", .integer(1000)), ("0x10", .integer(16)),
    ("0b101", .integer(5)), ("0o17", .integer(15)), ("0", .integer(0)), ("00", .integer(0)), ("+3", .integer(3)),
    ("1e-3", .number(0.001)), ("0.1", .number(0.1)), (".5", .number(0.5)), ("5.", .number(5)), ("1E3", .number(1000)),
    ("-.5e+1", .number(-5)), ("1_0.0_1", .number(10.01)), ("1e400", .number(.infinity)),
    ("1/2", .number(0.5)), ("2**3", .integer(8)), ("2**-1", .number(0.5)), ("-2**2", .integer(-4)),
    ("2*3*4", .integer(24)),
    ("True", .boolean(true)), ("true", .boolean(true)), ("FALSE", .boolean(false)), ("None", .null),
    ("'gelu'", .text("gelu")), ("\"it's\"", .text("it's")), (#"'a\'b\n\x41\u00e9'"#, .text("a'b\nAé")),
    (#"'\d'"#, .text(#"\d"#)),
    ("'x y'", .text("x y")), ("''", .text("")),
    ("[]", .list([])), ("[1, 2]", .list([.integer(1), .integer(2)])), ("(1,2)", .list([.integer(1), .integer(2)])),
    ("(1,)", .list([.integer(1)])), ("(1)", .integer(1)), ("()", .list([])),
    ("5,10", .list([.integer(5), .integer(10)])),
    ("[[64,64,],('a',None)]", .list([.list([.integer(64), .integer(64)]), .list([.text("a"), .null])])),
    ("{'a':1, \"b\": [2]}", .map(["a": .integer(1), "b": .list([.integer(2)])])), ("  7 ", .integer(7)),
  ])
  func `A Python literal has the value that Python gives it`(text: String, value: Literal) throws {
    #expect(try Literal(parsing: text) == value)
  }

  @Test(arguments: [
    ("", 1, "the end of the text"), ("[1, 2", 6, "the end of the text"), ("[1 2]", 4, "'2'"), ("[1, gelu]", 5, "gelu"),
    ("01", 1, "a number with leading zeros, 01"),
    ("'abc", 1, "text without an end"), ("1abc", 1, "1abc"), ("[1,,2]", 4, "','"), ("1 2", 3, "'2'"), ("nan", 1, "nan"),
    ("{1: 2}", 2, "'1'"), ("{'a' 1}", 6, "'1'"), ("1/0", 2, "a result that is not a finite number"),
    ("-'a'", 1, "a sign before 'a'"),
    ("'a'*2", 4, "an operator between values that are not numbers"),
    ("99999999999999999999", 1, "an integer of more than 64 bits"),
    ("2**99", 2, "a result of more than 64 bits"), ("0x", 3, "the end of the text"), (#"'\xg1'"#, 2, #"\xg1"#),
    ("os.x", 1, "os"),
    ("[1])", 4, "')'"),
    ("1__0", 1, "1__0"), ("-(-2)**63", 1, "a result of more than 64 bits"), ("1.2.3", 1, "1.2.3"),
    ("{'a': 1, 'a': 2}", 10, "the key 'a' a second time"), ("['e\u{301}', e\u{301}]", 7, "e\u{301}"),
    ("[\u{1F1E9}\u{1F1EA}]", 2, "'\u{1F1E9}\u{1F1EA}'"),
  ])
  func `A malformed literal names its column`(text: String, column: Int, found: String) {
    let error = #expect(throws: LiteralError.self) { try Literal(parsing: text) }
    #expect(error?.column == column)
    #expect(error?.found == found)
  }

  @Test(arguments: [
    String(repeating: "[", count: 100_000), String(repeating: "-", count: 100_000),
    String(repeating: "2**", count: 100_000),
  ])
  func `Deep nesting is an error and no crash`(text: String) {
    #expect(throws: LiteralError.self) { try Literal(parsing: text) }
  }

  @Test(arguments: [
    ("none", Literal.text("none")), ("~", .text("~")), ("null", .text("null")), ("yes", .text("yes")),
    ("01", .text("01")), ("", .text("")),
    ("nan", .text("nan")), ("gelu", .text("gelu")), ("'gelu'", .text("gelu")), ("None", .null),
    ("1e-3", .number(0.001)),
    ("[Recall,MRR]", .text("[Recall,MRR]")), ("1/0", .text("1/0")), ("datasets/x y", .text("datasets/x y")),
  ])
  func `A command line value is a literal or else text`(text: String, value: Literal) {
    #expect(Literal(commandLine: text) == value)
  }

  @Test(arguments: [
    (Literal.number(0.001), "0.001", "0.001"), (.number(1), "1.0", "1"), (.integer(1), "1", "1"),
    (.number(1e-5), "1e-05", "1e-05"),
    (.number(1e15), "1000000000000000.0", "1000000000000000"), (.number(1e16), "1e+16", "1e+16"),
    (.number(-9_999_999_999_999_998), "-9999999999999998.0", "-9.999999999999998e+15"),
    (.number(0x1p53), "9007199254740992.0", "9007199254740992"), (.number(0.0001), "0.0001", "0.0001"),
    (.number(123_456_789_012_345_680), "1.2345678901234568e+17", "1.2345678901234568e+17"),
    (.number(-0.0), "-0.0", "0"), (.text("gelu"), "gelu", "'gelu'"), (.text("it's"), "it's", "\"it's\""),
    (.null, "None", "None"),
    (.boolean(true), "True", "True"), (.list([.integer(64), .text("a")]), "[64, 'a']", "[64,'a']"),
    (.map(["b": .integer(2), "a": .number(1)]), "{'a': 1.0, 'b': 2}", "{'a':1,'b':2}"),
  ])
  func `A value has a text for people and one for comparison`(
    value: Literal, description: String, canonical: String
  ) throws {
    #expect(value.description == description)
    #expect(value.canonical == canonical)
    #expect(try Literal(parsing: value.python) == value)
  }

  @Test func `JSON escapes what it must`() {
    let value = Literal.list([
      .text("a\"\\\n\u{1}é"), .number(.infinity), .null, .boolean(false), .map(["k": .number(1e-5)]),
    ])
    #expect(value.json == #"["a\"\\\n\u0001é",null,null,false,{"k":1e-05}]"#)
  }

  @Test(arguments: [
    ("learning_rte", "learning_rate"), ("n_layer", "n_layers"), ("hidden_sise", "hidden_size"), ("lera", nil),
    ("N_LAYERS", "n_layers"),
    ("n_lyaers", "n_layers"), ("tpo", nil), ("nlayes", "n_layers"),
  ])
  func `A misspelled name gets the nearest one`(name: String, nearest: String?) {
    #expect(nearestName(to: name, among: ["learning_rate", "n_layers", "hidden_size", "loss_type"]) == nearest)
  }
}
