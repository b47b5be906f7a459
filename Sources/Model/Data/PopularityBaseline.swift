import Foundation

/// The metrics of ranking all items by popularity, the minimum that a model should beat.
///
/// Every sample gets the same ranking, in which only padding is masked. Each sample has one target, so
/// Hit equals Recall.
public struct PopularityBaseline: Sendable, Hashable {
  /// The cut-off of all three metrics.
  public let cutoff: Int

  /// The share of samples whose target is among the first `cutoff` items; also Recall.
  public let hit: Double

  /// The mean of 1/log₂(rank + 1), which counts as 0 beyond `cutoff`.
  public let ndcg: Double

  /// The mean of 1/rank, which counts as 0 beyond `cutoff`.
  public let reciprocalRank: Double

  /// Evaluates a ranking on samples.
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
  /// The number of occurrences of each item in training, by id.
  ///
  /// Every interaction that is the target or in the history of a training sample counts once, no matter how
  /// many samples share it.
  public func trainingCounts() -> [Int] {
    // +1 where a sample's range of `items` begins, −1 after its end; so the running sum is above 0 in between.
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

  /// Each item's rank by `trainingCounts()`, from 1, by id; 0 for padding.
  ///
  /// Equally frequent items are ranked by id.
  public func popularityRanks() -> [Int] {
    let counts = trainingCounts()
    var ranks = [Int](repeating: 0, count: itemCount)
    let order = (1..<max(itemCount, 1)).sorted { counts[$0] == counts[$1] ? $0 < $1 : counts[$0] > counts[$1] }
    for (place, item) in order.enumerated() { ranks[item] = place + 1 }
    return ranks
  }
}
