/// Files with one token on each line.
public enum ListedTokens {
  /// The ids of a file's tokens, in its order; empty lines do not count.
  ///
  /// - Parameter option: The option that names the file.
  /// - Parameter noun: What the tokens are, such as `item`.
  /// - Parameter dataset: The name of the dataset.
  /// - Throws: If a token is unknown, with its line, or if there is none.
  public static func ids(
    in path: String, option: String, noun: String, of dataset: String, _ index: TokenIndex
  ) throws(DataError) -> [Int32] {
    let lines = try PlainLines(path: path, expected: "a file with one \(noun) on each line")
    var ids: [Int32] = []
    while let block = try lines.next(most: .max) {
      let bytes = block.bytes.span
      for (number, range) in block.lines() where !range.isEmpty {
        guard let id = index.id(bytes, range) else {
          throw DataError(
            at: "\(path):\(number)", found: "the \(noun) '\(shown(block.bytes[range]))', which is not in \(dataset)",
            expected: "a \(noun) of the dataset on each line, without quotes; remove the others from the file")
        }
        ids.append(id)
      }
    }
    guard !ids.isEmpty else {
      throw DataError(at: path, found: "no \(noun)", expected: "one \(noun) on each line, or no \(option)")
    }
    return ids
  }

  /// A token's text, shortened.
  static func shown(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.prefix(80), as: UTF8.self) + (bytes.count > 80 ? "…" : "")
  }
}
