import Foundation

/// A metric of a held-out item, as a function of the item's rank and a cut-off.
///
/// For rank r and cut-off K, all metrics are 0 if r > K; otherwise hit and recall are 1, precision is 1 / K, MRR and MAP
/// are 1 / r, and NDCG is 1 / log₂(r + 1). With one relevant item, recall is hit and MAP is MRR.
///
/// Source: RecBole 1.2, `recbole/evaluator/metrics.py`, for one relevant item.
package struct RankMetric: Sendable, Equatable {
  /// The value of a rank within the cut-off.
  package enum Kind: String, Sendable {
    case hit, recall, mrr, map, ndcg, precision
  }

  package let kind: Kind

  /// The last rank that counts, from 1.
  package let cutoff: Int

  /// - Parameter name: A name such as `ndcg@10`, as in results; anything else gives `nil`.
  package init?(_ name: String) {
    let parts = name.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])), let cutoff = Int(parts[1]), cutoff > 0,
      String(cutoff) == parts[1]
    else { return nil }
    self.kind = kind
    self.cutoff = cutoff
  }

  /// The largest value that a held-out item can have.
  package var largest: Double { kind == .precision ? 1 / Double(cutoff) : 1 }

  /// Each user's value: the sum over the user's samples, in relation to the mean number of samples of a user.
  ///
  /// The mean over users is the metric, the mean over samples.
  package func values(of ranks: UserRanks) -> [Double] { ranks.byUser(gains(of: ranks)) }

  /// The value of each sample; 65,535 stands for that or more and is outside every cut-off.
  func gains(of ranks: UserRanks) -> [Double] {
    let known = min(cutoff, Int(UInt16.max) - 1)
    let gains = (1...known).map(gain)
    return ranks.ranks.map { $0 >= 1 && $0 <= known ? gains[Int($0) - 1] : 0 }
  }

  private func gain(at rank: Int) -> Double {
    switch kind {
    case .hit, .recall, .precision: largest
    case .mrr, .map: 1 / Double(rank)
    case .ndcg: 1 / log2(Double(rank) + 1)
    }
  }
}

extension [Double] {
  /// The arithmetic mean; 0 for an empty array.
  package var mean: Double { isEmpty ? 0 : reduce(0, +) / Double(count) }
}
