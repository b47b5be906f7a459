import Foundation

/// What a ranking of all items by popularity reaches: the least that a model should beat.
///
/// Every sample gets the same ranking, nothing is masked but padding, and each has one target, so that
/// Hit is Recall.
public struct PopularityBaseline: Sendable, Hashable {
  /// The cut-off of all three.
  public let cutoff: Int

  /// Share of samples whose target is among the first `cutoff` items. Also Recall.
  public let hit: Double

  /// Mean of 1/log₂(rank + 1), 0 beyond `cutoff`.
  public let ndcg: Double

  /// Mean of 1/rank, 0 beyond `cutoff`.
  public let reciprocalRank: Double

  /// Measures a ranking on samples.
  ///
  /// - Parameter ranks: The rank of each item by id, from 1, as `popularityRanks()` gives them.
  /// - Returns: `nil` without samples.
  public init?(of samples: [Sample], in dataset: SequenceDataset, ranks: [Int], cutoff: Int = 10) {
    guard !samples.isEmpty else { return nil }
    self.cutoff = cutoff
    var (hit, ndcg, reciprocalRank) = (0.0, 0.0, 0.0)
    for sample in samples {
      let rank = ranks[Int(dataset.target(of: sample))]
      guard rank <= cutoff else { continue }
      hit += 1
      ndcg += 1 / log2(Double(rank) + 1)
      reciprocalRank += 1 / Double(rank)
    }
    let count = Double(samples.count)
    self.hit = hit / count
    self.ndcg = ndcg / count
    self.reciprocalRank = reciprocalRank / count
  }
}

extension SequenceDataset {
  /// How often each item occurs in training, by id.
  ///
  /// Counts every interaction that is the target or in the history of some training sample, once,
  /// however many samples share it.
  public func trainingCounts() -> [Int] {
    // +1 where a sample's stretch of `items` begins, −1 behind its end: above 0 in between.
    var changes = [Int32](repeating: 0, count: items.count + 1)
    for sample in train {
      changes[Int(sample.start)] += 1
      changes[Int(sample.start) + Int(sample.length) + 1] -= 1
    }
    var counts = [Int](repeating: 0, count: itemCount)
    var depth: Int32 = 0
    for (position, item) in items.enumerated() {
      depth += changes[position]
      if depth > 0 { counts[Int(item)] += 1 }
    }
    return counts
  }

  /// Each item's place, from 1, when all items are ranked by `trainingCounts()`, by id; 0 for padding.
  ///
  /// Of equally frequent items the lower id comes first.
  public func popularityRanks() -> [Int] {
    let counts = trainingCounts()
    var ranks = [Int](repeating: 0, count: itemCount)
    let order = (1..<max(itemCount, 1)).sorted { counts[$0] == counts[$1] ? $0 < $1 : counts[$0] > counts[$1] }
    for (place, item) in order.enumerated() { ranks[item] = place + 1 }
    return ranks
  }
}
