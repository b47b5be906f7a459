import Literals
import Model
import Testing

/// Values that are written in YAML, read as configurations are.
@Suite struct YAMLTextTests {
  @Test(arguments: [
    (Literal.null, "null"), (.boolean(true), "true"), (.integer(-7), "-7"), (.number(0.001), "0.001"),
    (.number(1e-12), "1.0e-12"), (.number(2.5e-8), "2.5e-08"), (.number(1e20), "1.0e+20"), (.number(2), "2.0"),
    (.text("gelu"), "gelu"), (.text("mrr@10"), "mrr@10"), (.text("yes"), "\"yes\""), (.text("Null"), "\"Null\""),
    (.text(""), "\"\""), (.text("1e-3"), "\"1e-3\""), (.text("017"), "\"017\""), (.text("a: b"), "\"a: b\""),
    (.text("\t"), "\"\\t\""), (.text("::"), "\"::\""), (.text("a\\\"b"), "\"a\\\\\\\"b\""), (.text("é"), "\"é\""),
    (.list([.integer(5), .text("no")]), "[5, \"no\"]"),
    (.map(["max_norm": .number(5), "b c": .list([])]), "{\"b c\": [], max_norm: 5.0}"),
  ])
  func `A value reads back from its YAML`(value: Literal, text: String) throws {
    #expect(value.yaml == text)
    #expect(try ConfigurationLayer(yaml: "key: \(text)\n", file: "y.yaml")["key"] == value)
  }
}
