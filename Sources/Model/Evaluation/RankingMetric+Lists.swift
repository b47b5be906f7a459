import Foundation

extension RankingMetric {
  /// A metric over the lists of all rankings at one cut-off; 0 without lists.
  ///
  /// With cᵢ, the number of lists with item i, their sum S (the number of places in all lists), the number n of items in any list, V items
  /// including padding, and tᵢ, how often training predicts item i:
  ///
  ///     item coverage       n / V
  ///     average popularity  Σ cᵢ tᵢ / S
  ///     Shannon entropy     −Σ pᵢ ln pᵢ / n, with pᵢ = cᵢ / S
  ///     Gini index          Σ (2j − V − 1) c₍ⱼ₎ / (S V), with the n counts in ascending order at j = V − n + 1 … V
  ///     tail percentage     Σ cᵢ / S over the items of the tail
  ///
  /// Source: RecBole 1.2.1, `recbole/evaluator/metrics.py`. Averages over lists of k items each are averages over their places.
  ///
  /// - Parameter counts: cᵢ by id, with padding.
  /// - Parameter popularity: That of the same items.
  package func value(listed counts: [Int], _ popularity: TrainingPopularity) -> Double {
    let listed = counts.indices.filter { counts[$0] > 0 }
    let places = Double(listed.reduce(0) { $0 + counts[$1] })
    guard places > 0 else { return 0 }
    switch self {
    case .itemCoverage: return Double(listed.count) / Double(counts.count)
    case .averagePopularity: return Double(listed.reduce(0) { $0 + counts[$1] * popularity.counts[$1] }) / places
    case .shannonEntropy:
      let entropy = listed.reduce(0.0) { sum, item in
        let share = Double(counts[item]) / places
        return sum - share * log(share)
      }
      return entropy / Double(listed.count)
    case .giniIndex:
      let first = counts.count - listed.count + 1
      let sum = listed.map { counts[$0] }.sorted().enumerated().reduce(0) { sum, entry in
        sum + (2 * (first + entry.offset) - counts.count - 1) * entry.element
      }
      return Double(sum) / (places * Double(counts.count))
    case .tailPercentage:
      return Double(listed.reduce(0) { $0 + (popularity.isTail[$1] ? counts[$1] : 0) }) / places
    case .hit, .recall, .precision, .ndcg, .reciprocalRank, .averagePrecision, .gauc:
      preconditionFailure("\(rawValue) is no metric over lists")
    }
  }
}
