import Literals

/// Rows of text in aligned columns.
struct TextTable {
  private var rows: [[String]]

  /// - Parameter header: The cells of the first row; every row has the same number.
  init(header: [String]) { rows = [header] }

  mutating func append(_ row: [String]) { rows.append(row.map(\.visible)) }

  /// The lines, with two spaces between columns; columns of numbers are right-aligned.
  var lines: [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let isNumeric = rows[0].indices.map { column in
      rows.dropFirst().allSatisfy { $0[column].isEmpty || Double($0[column]) != nil }
    }
    return rows.map { row in
      var line = row.indices.map { row[$0].padding(to: widths[$0], onTheLeft: isNumeric[$0]) }.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
