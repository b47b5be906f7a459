import Foundation
import Testing

@testable import Model

@Suite struct ConfigurationValueTests {
  @Test(arguments: [
    ("1e-3", ConfigurationValue.number(0.001)), ("0.1", .number(0.1)), ("5", .integer(5)), ("1_000", .integer(1000)),
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
  func `Texts from a command line are literals or themselves`(text: String, expected: ConfigurationValue) {
    #expect(ConfigurationValue(commandLine: text) == expected)
  }

  @Test func `Texts nested without end are no literals`() {
    let text = String(repeating: "[", count: 100_000)
    #expect(ConfigurationValue(parsing: text) == nil)
  }

  @Test(arguments: [
    (ConfigurationValue.null, "null"), (.boolean(true), "true"), (.integer(-3), "-3"), (.number(2), "2.0"),
    (.number(-0.0), "0.0"), (.number(0.1), "0.1"), (.number(1e-12), "1e-12"),
    (.number(Double.leastNonzeroMagnitude), "5e-324"),
    (.number(1e22), "1e+22"), (.number(.infinity), "1e999"), (.number(-.infinity), "-1e999"),
    (.text("a\"b\\\n\u{1}é"), "\"a\\\"b\\\\\\n\\u0001é\""), (.text("5"), "\"5\""),
    (.list([.integer(1), .text("x")]), "[1,\"x\"]"),
    (.map(["b": .null, "a": .map([:])]), "{\"a\":{},\"b\":null}"),
  ])
  func `Canonical text is JSON that reads back as the same value`(value: ConfigurationValue, text: String) throws {
    #expect(value.canonicalText == text)
    #expect(ConfigurationValue(parsing: text) == value)
    let encoded = try JSONEncoder().encode([value])
    #expect(try JSONDecoder().decode([ConfigurationValue].self, from: encoded) == [value])
  }

  @Test(arguments: [
    ("1e-3", ConfigurationValue.number(0.001)), ("1E3", .number(1000)), ("yes", .boolean(true)), ("on", .boolean(true)),
    ("Off", .boolean(false)), ("017", .integer(15)), ("1:30", .integer(90)), ("None", .text("None")), ("~", .null),
    ("null", .null), ("", .null), ("0x1F", .integer(31)), ("0b101", .integer(5)), ("1_000", .integer(1000)),
    ("-5", .integer(-5)), ("+.5", .number(0.5)), ("0.001", .number(0.001)), (".inf", .number(.infinity)),
    ("\"[1,2]\"", .text("[1,2]")), ("'5'", .text("5")), ("[1, 2]", .list([.integer(1), .integer(2)])),
    ("{a: 1}", .map(["a": .integer(1)])), ("08", .text("08")), ("2001-01-01", .text("2001-01-01")),
    ("1:99", .text("1:99")),
    ("gelu", .text("gelu")), ("1.5.2", .text("1.5.2")), ("-", .text("-")),
  ])
  func `YAML scalars are what YAML 1.1 makes of them, and 1e-3 a number`(
    text: String, expected: ConfigurationValue
  ) throws {
    if text == "-" { return #expect(YAMLScalar.value(plain: text) == expected) }
    let layer = try ConfigurationLayer(yaml: "# comment\nkey: \(text)\n", file: "a.yaml")
    #expect(layer["key"] == expected)
    #expect(layer.entries.first?.location == "a.yaml:2")
  }

  @Test(arguments: ["", "# nothing\n", "---\n", "~"])
  func `An empty YAML file is an empty layer`(text: String) throws {
    #expect(try ConfigurationLayer(yaml: text, file: "a.yaml").entries.isEmpty)
  }

  @Test(arguments: [
    ("a: 1\nb: 2\na: 3\n", "a.yaml:3: found the key 'a' again"), ("- 1\n- 2\n", "a.yaml:1"), ("word\n", "not a map"),
    ("a: [1\nb: 2\n", "a.yaml:"), ("a: 1\n\tb: 2\n", "a.yaml:2"), ("? [1]\n: 2\n", "a key that is a list"),
    ("a: *b\n", "a.yaml:1"), ("a:\n  x: 1\n  x: 2\n", "the key 'x' again"), ("a: \"open\n", "a.yaml:"),
  ])
  func `YAML that is no map of keys is refused with its line`(text: String, part: String) {
    let error = #expect(throws: ConfigurationError.self) { try ConfigurationLayer(yaml: text, file: "a.yaml") }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }

  @Test func `YAML files are read from where they lie`() throws {
    let toy = try TemporaryDataset(files: ["yaml": "n_layers: 3\n"])
    let path = "\(toy.dataPath)/toy/toy.yaml"
    #expect(try ConfigurationLayer(yamlFile: path)["n_layers"] == .integer(3))
    #expect(throws: ConfigurationError.self) { try ConfigurationLayer(yamlFile: path + "x") }
    #expect(throws: ConfigurationError.self) { try ConfigurationLayer(yamlFile: toy.dataPath) }
    try toy.write(Data([0x61, 0x3A, 0xFF]), "yaml")
    #expect(throws: ConfigurationError.self) { try ConfigurationLayer(yamlFile: path) }
  }

  @Test func `A key given twice on the command line with different values is refused`() throws {
    #expect(throws: ConfigurationError.self) { try ConfigurationLayer(arguments: [("a", "1"), ("a", "2")]) }
    #expect(try ConfigurationLayer(arguments: [("a", "1"), ("a", "1")]).entries.count == 1)
  }

  @Test(
    arguments: [
      ("learning_rte", "learning_rate"), ("Hidden_Size", "hidden_size"), ("n_haeds", "n_heads"), ("xyzzy", nil),
      ("max_item_list_length", "MAX_ITEM_LIST_LENGTH"),
    ] as [(String, String?)])
  func `The nearest known word is found`(word: String, nearest: String?) {
    #expect(Spelling.nearest(to: word, among: Configuration.keys.map(\.name)) == nearest)
  }
}
