import Literals
import Testing

/// How numbers, hashes and tables are written.
@Suite struct TextTableTests {
  @Test func `Columns of numbers are right-aligned, and lines end without spaces`() {
    var table = TextTable(header: ["name", "value", "note"])
    table.append(["a", "1.5", ""])
    table.append(["long\nname", "", "x"])
    #expect(table.lines == ["name        value  note", "a             1.5", #"long\nname         x"#])
  }

  @Test func `All columns can be right-aligned`() {
    var table = TextTable(header: ["rank", "value"], right: .everything)
    table.append(["1", "diverged"])
    table.append(["", "0.5"])
    #expect(table.lines == ["rank     value", "   1  diverged", "           0.5"])
  }

  @Test(arguments: [
    (0.5, 0, "1"), (0.07675, 4, "0.0768"), (-0.07675, 4, "-0.0768"), (0.00025, 4, "0.0003"), (12.345, 1, "12.3"),
    (-0.00001, 4, "-0.0000"), (0.1, 15, "0.100000000000000"), (0.999, 2, "1.00"), (3, 2, "3.00"), (1e22, 1, "1e+22"),
    (.nan, 2, "nan"), (-.infinity, 2, "-inf"),
  ])
  func `A metric is rounded to decimals as in decimal notation`(value: Double, places: Int, text: String) {
    #expect(value.decimal(places: places) == text)
  }

  @Test func `Bytes have two hexadecimal digits each`() {
    #expect([UInt8]([0, 9, 16, 171, 255]).hexadecimal == "000910abff")
    #expect([UInt8]().hexadecimal == "")
  }

  @Test func `A cut text ends in an ellipsis`() {
    #expect("abc".cut(to: 3) == "abc" && "abcd".cut(to: 3) == "ab…" && "abcd".cut(to: 0) == "…")
  }
}
