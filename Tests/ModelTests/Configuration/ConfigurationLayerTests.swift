import Foundation
import Literals
import Testing

@testable import Model

@Suite struct ConfigurationLayerTests {
  @Test(arguments: [
    ("1e-3", Literal.number(0.001)), ("1E3", .number(1000)), ("yes", .boolean(true)), ("on", .boolean(true)),
    ("Off", .boolean(false)), ("017", .integer(15)), ("1:30", .integer(90)), ("None", .text("None")), ("~", .null),
    ("null", .null), ("", .null), ("0x1F", .integer(31)), ("0b101", .integer(5)), ("1_000", .integer(1000)),
    ("-5", .integer(-5)), ("+.5", .number(0.5)), ("0.001", .number(0.001)), (".inf", .number(.infinity)),
    ("\"[1,2]\"", .text("[1,2]")), ("'5'", .text("5")), ("[1, 2]", .list([.integer(1), .integer(2)])),
    ("{a: 1}", .map(["a": .integer(1)])), ("08", .text("08")), ("2001-01-01", .text("2001-01-01")),
    ("1:99", .text("1:99")),
    ("gelu", .text("gelu")), ("1.5.2", .text("1.5.2")), ("-", .text("-")),
  ])
  func `YAML scalars are what YAML 1.1 makes of them, and 1e-3 a number`(
    text: String, expected: Literal
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
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration(layers: [ConfigurationLayer(yaml: text, file: "a.yaml")])
    }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    "696*333333*3,3", "'a'", "True", "[a]", "1e3", "1/2", "{}", "(1,)", "0x10", "a: b", "None", "~", "#", "é\"",
  ])
  func `Text that looks like something else is text again in a stored configuration`(text: String) throws {
    for key in ["data_path", "dataset", "USER_ID_FIELD", "LIST_SUFFIX", "normalize_field"] {
      if key == "dataset", text.contains("/") { continue }
      let layer = try ConfigurationLayer(yaml: "\(key): \(JSON.string(text))", file: "a.yaml")
      let configuration = try Configuration(layers: [layer])
      let values = Dictionary(configuration.values.map { ($0.key, $0.value) }) { $1 }
      #expect(try Configuration(layers: [.init(source: "stored", canonical: values)]) == configuration)
    }
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
    #expect(nearestName(to: word, among: Configuration.keys.map(\.name)) == nearest)
  }
}
