/// The ids of tokens, found by their bytes.
public struct TokenIndex: Sendable {
  private var table = TokenTable()

  /// - Parameter tokens: By id; id 0 is padding, which is no token.
  public init(_ tokens: [String]) {
    for token in tokens.dropFirst() {
      let bytes = Array(token.utf8)
      _ = table.intern(bytes.span, 0, bytes.count)
    }
  }

  /// The id of the token in a range of bytes, or `nil`.
  func id(_ source: Span<UInt8>, _ range: Range<Int>) -> Int32? {
    table.number(source, range.lowerBound, range.upperBound).map { $0 + 1 }
  }
}
