import Foundation

extension RankingMetric {
  /// The metric of one ranking at a cut-off, if it is a function of ranks up to there.
  ///
  /// With one relevant item at rank r ≤ k, hit and recall are 1, precision is 1 / k, MRR and MAP are 1 / r, and NDCG is 1 / log₂(r + 1);
  /// for r > k, all are 0.
  ///
  /// - Parameter ranks: The relevant items' ranks, counted from 1, in increasing order; at least one.
  /// - Parameter k: The cut-off.
  /// - Parameter largest: The largest cut-off in use, which limits the ideal ranking in RecBole.
  package func value(ranks: [Int], at k: Int, largest: Int) -> Double {
    let hits = ranks.prefix { $0 <= k }
    switch self {
    case .hit: return hits.isEmpty ? 0 : 1
    case .recall: return Double(hits.count) / Double(ranks.count)
    case .precision: return Double(hits.count) / Double(k)
    case .reciprocalRank: return hits.first.map { 1 / Double($0) } ?? 0
    case .averagePrecision:
      let precisions = hits.enumerated().map { Double($0.offset + 1) / Double($0.element) }
      return precisions.reduce(0, +) / Double(min(k, ranks.count, largest))
    case .ndcg:
      let gain = hits.reduce(0) { $0 + discount($1) }
      return gain / (1...min(k, ranks.count, largest)).reduce(0) { $0 + discount($1) }
    case .gauc, .itemCoverage, .averagePopularity, .shannonEntropy, .giniIndex, .tailPercentage:
      preconditionFailure("\(rawValue) is no function of ranks up to a cut-off")
    }
  }

  /// GAUC of one ranking: the share of the other items that rank below the relevant one, (n − r) / (n − 1) at rank r of n.
  ///
  /// - Parameter candidates: The number of items of the ranking, with the relevant one.
  /// - Returns: `nil` if there are no other items.
  static func areaUnderCurve(rank: Int, candidates: Int) -> Double? {
    candidates > 1 ? Double(candidates - rank) / Double(candidates - 1) : nil
  }

  /// 1 / log₂(rank + 1).
  private func discount(_ rank: Int) -> Double { 1 / log2(Double(rank) + 1) }
}
