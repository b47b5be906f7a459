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
    let samples = [dataset.valid, dataset.test].joined()
    // Of a sequence, at most one sample of each split is held out.
    guard dataset.isSplitBeforehand else { return 8 * dataset.items.count + 48 * samples.count }
    var counts = [Int](repeating: 0, count: dataset.userTokens.count)
    var end = 0
    for sample in [dataset.train, dataset.valid, dataset.test].joined() {
      counts[Int(sample.user)] -= end
      end = Int(sample.start + sample.length) + 1
      counts[Int(sample.user)] += end
    }
    return samples.reduce(0) { $0 + 4 * min(counts[Int($1.user)], dataset.itemCount) + 48 }
  }

  /// - Parameter isRepeatable: Whether items that the user has had compete.
  public init(_ samples: [Sample], of dataset: SequenceDataset, isRepeatable: Bool) {
    self.init(
      labels: samples.map { dataset.target(of: $0) },
      seen: isRepeatable ? nil : SeenItems(dataset).items(before: samples))
  }
}
