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

  /// The number of items that each held-out item is ranked among, with itself.
  ///
  /// - Parameter classes: The number of items, including padding.
  func candidateCounts(classes: Int) -> [Int]? {
    seen.map { SeenItems.candidateCounts(labels, leavingOut: $0, itemCount: classes) }
  }

  /// An upper bound of the bytes of what is left out of the rankings of both splits.
  static func byteCount(_ dataset: SequenceDataset) -> Int {
    let samples = [dataset.valid, dataset.test].joined()
    guard dataset.isSplitBeforehand else {
      // Of a sequence, at most one sample of each split is held out.
      if dataset.holdsOutOnePerUser { return 8 * dataset.items.count + 48 * samples.count }
      // The items before a target, of which the first sample of a user has the first one.
      var starts = [Int32](repeating: .max, count: dataset.userTokens.count)
      for sample in [dataset.train, dataset.valid, dataset.test].joined() {
        starts[Int(sample.user)] = min(starts[Int(sample.user)], sample.start)
      }
      return samples.reduce(0) { total, sample in
        total + 4 * min(Int(sample.start + sample.length - starts[Int(sample.user)]), dataset.itemCount) + 48
      }
    }
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
