/// What ranks say something about: the held-out items of some samples, and what is left out of their rankings.
public struct HeldOut: Sendable {
  /// The held-out item of each sample.
  let labels: [Int32]

  /// The items left out of each ranking, in increasing order; `nil` if all items compete.
  let seen: [[Int32]]?

  init(labels: [Int32], seen: [[Int32]]?) {
    self.labels = labels
    self.seen = seen
  }

  /// An upper bound of the bytes of what is left out of the rankings of both splits.
  static func byteCount(_ dataset: SequenceDataset) -> Int {
    8 * dataset.items.count + 48 * (dataset.valid.count + dataset.test.count)
  }

  /// - Parameter isRepeatable: Whether items that the user has had compete.
  public init(_ samples: [Sample], of dataset: SequenceDataset, isRepeatable: Bool) {
    let seen = isRepeatable ? nil : SeenItems(dataset)
    self.init(
      labels: samples.map { dataset.target(of: $0) }, seen: seen.map { seen in samples.map { seen.items(before: $0) } })
  }
}
