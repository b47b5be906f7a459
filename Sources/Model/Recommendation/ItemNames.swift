import Foundation

/// The names of items, from the dataset's `.item` file.
public struct ItemNames: Sendable {
  /// Each item's name by id; empty for an item without one.
  public let names: [String]

  /// Reads the names from the first column that is called `name` or `title`, or whose name ends in `_name` or `_title`.
  ///
  /// The column's type is `token` or `token_seq`.
  ///
  /// - Returns: `nil` if there is no `.item` file, or no such column in it.
  public init?(_ configuration: DatasetConfiguration, _ index: TokenIndex, itemCount: Int) throws(DataError) {
    guard let folder = configuration.folder else { return nil }
    let path = "\(folder)/\(configuration.name).item"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let file = try TypedTable(
      path: path, separator: configuration.fieldSeparator, blockSize: LineReader.defaultBlockSize, hash: ContentHash())
    guard let items = file.columns.firstIndex(where: { $0.name == configuration.itemField }),
      let column = file.columns.firstIndex(where: { Self.isName($0) && $0.name != configuration.itemField })
    else { return nil }
    var names = [String](repeating: "", count: itemCount)
    var rows = file.rows()
    while try rows.next() {
      let (item, name) = (rows.cells[items], rows.cells[column])
      let (itemSource, nameSource) = (rows.source(of: item), rows.source(of: name))
      guard let id = index.id(itemSource.span, item.start..<item.end),
        !TypedTable.isMissing(nameSource, name.start, name.end)
      else { continue }
      names[Int(id)] = String(decoding: nameSource[name.start..<name.end], as: UTF8.self)
    }
    self.names = names
  }

  static func isName(_ column: TypedTable.Column) -> Bool {
    guard column.type == .token || column.type == .tokenSequence else { return false }
    let name = column.name.lowercased()
    return ["name", "title"].contains { name == $0 || name.hasSuffix("_\($0)") }
  }
}
