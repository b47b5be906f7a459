/// Rows of text in aligned columns.
package struct TextTable {
  /// Which columns are right-aligned.
  package enum Alignment: Sendable {
    /// Columns of numbers.
    case numbers

    /// All columns.
    case everything
  }

  private var rows: [[String]]
  private let right: Alignment

  /// - Parameter header: The cells of the first row; every row has the same number.
  package init(header: [String], right: Alignment = .numbers) {
    rows = [header]
    self.right = right
  }

  package mutating func append(_ row: [String]) { rows.append(row.map(\.visible)) }

  /// The lines, with two spaces between columns.
  package var lines: [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let isRight = rows[0].indices.map { column in
      right == .everything || rows.dropFirst().allSatisfy { $0[column].isEmpty || Double($0[column]) != nil }
    }
    return rows.map { row in
      var line = row.indices.map { row[$0].padding(to: widths[$0], onTheLeft: isRight[$0]) }.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}

extension String {
  /// The text, padded with spaces to `width` columns.
  package func padding(to width: Int, onTheLeft: Bool = false) -> String {
    let spaces = String(repeating: " ", count: max(0, width - count))
    return onTheLeft ? spaces + self : self + spaces
  }

  /// The text cut to `width` columns; an ellipsis marks a cut.
  package func cut(to width: Int) -> String { count <= width ? self : String(prefix(max(width - 1, 0))) + "…" }
}
