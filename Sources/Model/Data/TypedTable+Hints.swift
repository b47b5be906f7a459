// Hints in messages about an invalid header.

extension TypedTable {
  /// A hint about the separator of a header whose columns are not separated by `separator`.
  static func hint(at header: String, dividedBy separator: String) -> String {
    let hint = ", columns separated by \(shown(separator)) (key field_separator)"
    let others = [
      (",", "commas", ","), (" ", "spaces", "' '"), (";", "semicolons", "';'"), ("::", "'::'", "::"),
      ("\t", "tabs", "'\\t'"), ("|", "'|'", "'|'"),
    ]
    let seen = others.first { other, _, _ in
      let cells = header.split(separator: other, omittingEmptySubsequences: false)
      return other != separator && cells.count > 1
        && cells.allSatisfy { cell in
          let parts = cell.split(separator: ":", omittingEmptySubsequences: false)
          return parts.count == 2 && !parts[0].isEmpty && ColumnType(rawValue: String(parts[1])) != nil
        }
    }
    return hint + (seen.map { "; the header seems to be separated by \($0.1): --field_separator=\($0.2)" } ?? "")
  }

  /// A command that adds a column with row numbers.
  func numbering(_ name: String) -> String {
    let separator = String(decoding: separator, as: UTF8.self).replacing("\t", with: "\\t")
    let file = path.split(separator: "/").last ?? ""
    return "with awk '{print $0 \"\(separator)\" (NR == 1 ? \"\(name):float\" : NR)}' \(file) > NEWFILE"
  }
}
