import Foundation
import Testing

@testable import Model

@Suite struct DelimitedTableTests {
  /// The rows of a table, read with our reader.
  private static func rows(_ text: String, columns: [String]) throws -> [(line: Int, fields: [String])] {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("table-\(UUID().uuidString)")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let table = try DelimitedTable(path: file.path, columns: columns.map { ("--column", $0) })
    var rows: [(line: Int, fields: [String])] = []
    while try table.next() {
      rows.append(
        (table.line, table.columns.indices.map { table.withField($0) { String(decoding: $0, as: UTF8.self) } }))
    }
    return rows
  }

  @Test(arguments: [",", ";", "\t"], ["\n", "\r\n"])
  func `Fields are read as RFC 4180 writes them`(separator: String, end: String) throws {
    let lines = [
      ["a", "b", "c"], ["1", "2", "3"], ["", "\"\"", ""], ["\"x\(separator)y\"", "\"say \"\"hi\"\"\"", "5\" pipe"],
      ["\"two\(end)lines\"", "é", "\"\""], ["last", " kept ", "z"],
    ]
    let text = lines.map { $0.joined(separator: separator) }.joined(separator: end)
    let expected: [[String]] = [
      ["1", "2", "3"], ["", "", ""], ["x\(separator)y", "say \"hi\"", "5\" pipe"], ["two\(end)lines", "é", ""],
      ["last", " kept ", "z"],
    ]
    for whole in [text, text + end, "\u{FEFF}" + text, text.replacingOccurrences(of: "1", with: "1")] {
      let rows = try Self.rows(whole, columns: ["a", "c"])
      #expect(rows.map(\.fields) == expected)
      #expect(rows.map(\.line) == [2, 3, 4, 5, 7])
    }
  }

  @Test func `Empty lines are no rows, and a quoted field may be longer than what is read at once`() throws {
    let long = String(repeating: "line\n", count: 100_000)
    let rows = try Self.rows("a,b\n\n1,2\n\r\n\"\(long)\",4\n5,6\n", columns: ["a"])
    #expect(rows.map(\.fields) == [["1", "2"], [long, "4"], ["5", "6"]])
    #expect(rows.map(\.line) == [3, 5, 100_006])
  }

  @Test(arguments: [
    ("", "found an empty file"), ("\n1\n", "found an empty line; expected a header"),
    ("a,b\n", "found no column 'c', which --column names; expected one of 'a', 'b'"),
    ("a;Colum;b\n", "expected one of 'a', 'Colum', 'b'"), ("a,c,c\n", "found the column 'c' twice"),
    ("c,d\n1\n", ":2: found 1 field; expected 2, as in the header, separated by commas"),
    ("c,d\n\n1,2,3\n", ":3: found 3 fields; expected 2"),
    ("c,d\n1,2\n\"1,2\n", ":3: found a field whose opening double quote is not closed"),
    ("c,d\n\"1\n\" x,2\n", ":3: found text after the closing quote of field 1"),
  ])
  func `What is wrong has its line`(text: String, message: String) throws {
    let error = #expect(throws: DataError.self) { try Self.rows(text, columns: ["c"]) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }
}
