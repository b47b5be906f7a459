/// How often training predicts each item, with which metrics over lists compare them.
///
/// Source: RecBole 1.2.1, `count_items` and `get_tail`.
package struct TrainingPopularity: Sendable, Equatable {
  /// The number of training samples whose target is the item, by id; that of padding is 0.
  package let counts: [Int]

  /// Whether an item is in the tail, by id. Items that training never predicts are not.
  package let isTail: [Bool]

  /// - Parameter counts: By id, with padding.
  /// - Parameter tailRatio: Up to 1, the tail is this share of the items that training predicts, rounded down, but at least one: the least
  ///   frequent, and of equally frequent ones those with lower ids. Above 1, the tail is the items that it predicts at most this often.
  package init(counts: [Int], tailRatio: Double) {
    self.counts = counts
    let predicted = counts.indices.filter { counts[$0] > 0 }
    var isTail = [Bool](repeating: false, count: counts.count)
    if tailRatio > 1 {
      for item in predicted where Double(counts[item]) <= tailRatio { isTail[item] = true }
    } else {
      let size = max(1, Int(Double(predicted.count) * tailRatio))
      for item in predicted.sorted(by: { (counts[$0], $0) < (counts[$1], $1) }).prefix(size) { isTail[item] = true }
    }
    self.isTail = isTail
  }

  init(_ dataset: SequenceDataset, tailRatio: Double) {
    var counts = [Int](repeating: 0, count: dataset.itemCount)
    for sample in dataset.train { counts[Int(dataset.target(of: sample))] += 1 }
    self.init(counts: counts, tailRatio: tailRatio)
  }
}
