/// A version of the arithmetic, which increases whenever the same configuration gives different bits than before.
///
/// A study keeps the version with which it began, so that its trials stay comparable to the last bit.
public enum NumericVersion: Int, Sendable {
  case first = 1
  /// Large catalogs go through the head in tiles.
  case tiledHead = 2
  /// Small batches are cut into finer parts, so that several threads can share them; see `MaskedBatch.parts`.
  case finerParts = 3

  public static let current = finerParts

  /// Whether this program gives the bits of the version for a catalog of so many items, including padding.
  public func isSupported(itemCount: Int) -> Bool { self != .first || itemCount < ItemHead.mostItemsAtOnce }

  /// Whether batches of at most so many samples are cut into finer parts.
  ///
  /// - Parameter batchSize: As configured. Larger batches have parts of their own that are large enough.
  func hasFinerParts(batchSize: Int) -> Bool { rawValue >= Self.finerParts.rawValue && batchSize <= 1024 }
}
