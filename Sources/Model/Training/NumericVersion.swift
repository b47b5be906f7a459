/// A version of the arithmetic, which increases whenever the same configuration gives different bits than before.
///
/// A study keeps the version with which it began, so that its trials stay comparable to the last bit.
public enum NumericVersion: Int, Sendable {
  case first = 1
  /// Large catalogs go through the head in tiles.
  case tiledHead = 2
  /// Small batches are cut into finer parts, so that several threads can share them; see `BatchCut`.
  case finerParts = 3

  public static let current = finerParts

  /// Whether this program still computes the bits of this version.
  ///
  /// - Parameter itemCount: The size of the catalog, including padding.
  public func isSupported(itemCount: Int) -> Bool { self != .first || itemCount < ItemHead.mostItemsAtOnce }

  /// Whether batches are cut into finer parts.
  ///
  /// - Parameter batchSize: The configured maximum number of samples of a batch. Batches of more than 1,024 are cut as before.
  func hasFinerParts(batchSize: Int) -> Bool { rawValue >= Self.finerParts.rawValue && batchSize <= 1024 }
}
