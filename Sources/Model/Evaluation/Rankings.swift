/// What metrics are computed from: rankings of held-out items that were all made in the same way.
public struct Rankings: Sendable, Equatable {
  /// The rank of each held-out item, counted from 1, or `Int.max` where its score is NaN.
  public let ranks: [Int]

  /// The number of items of each ranking, with the held-out one; `nil` if it has all items.
  let candidateCounts: [Int]?

  /// The items at the top of the rankings; `nil` unless a metric needs them.
  let lists: ListCounts?

  package init(ranks: [Int], candidateCounts: [Int]? = nil, lists: ListCounts? = nil) {
    (self.ranks, self.candidateCounts, self.lists) = (ranks, candidateCounts, lists)
  }
}

/// Turns rankings into the metrics that a configuration asks for.
public struct RankingMeasures: Sendable {
  private let evaluation: EvaluationConfiguration

  /// The number of items, including padding.
  private let itemCount: Int

  /// Counted only if a metric needs it.
  private let popularity: TrainingPopularity?

  /// - Parameter dataset: The dataset whose held-out items are ranked.
  public init(_ evaluation: EvaluationConfiguration, _ dataset: SequenceDataset) {
    self.init(
      evaluation, itemCount: dataset.itemCount,
      popularity: evaluation.listCutoffs.isEmpty
        ? nil : TrainingPopularity(dataset, tailRatio: evaluation.tailRatio))
  }

  package init(_ evaluation: EvaluationConfiguration, itemCount: Int, popularity: TrainingPopularity?) {
    (self.evaluation, self.itemCount, self.popularity) = (evaluation, itemCount, popularity)
  }

  /// The metrics, rounded; `nil` without rankings.
  public func metrics(of rankings: Rankings) -> Metrics? {
    guard !rankings.ranks.isEmpty else { return nil }
    let places = evaluation.metricDecimalPlaces
    let own = rankings.ranks.map { [$0] }
    return Metrics(
      values: evaluation.metrics.flatMap { metric -> [(name: String, value: Double)] in
        switch metric.source {
        case .rank: return Metrics.values(of: metric, own, evaluation)
        case .wholeRanking:
          let areas = areasUnderCurve(of: rankings).compactMap(\.self)
          return [(metric.rawValue, areas.mean.rounded(toDecimalPlaces: places))]
        case .lists:
          guard let lists = rankings.lists, let popularity else {
            preconditionFailure("\(metric.rawValue) of rankings whose lists were not collected")
          }
          return zip(metric.names(at: lists.cutoffs), lists.counts).map { name, counts in
            (name, metric.value(listed: counts, popularity).rounded(toDecimalPlaces: places))
          }
        }
      })
  }

  /// The metrics of the ranking that the configuration asks for; `nil` without samples.
  func metrics(of ranks: TargetRanks) -> Metrics? {
    ranks.ranks(isRepeatable: evaluation.isRepeatable).flatMap {
      metrics(of: Rankings(ranks: $0, candidateCounts: ranks.candidateCounts, lists: ranks.lists))
    }
  }

  /// GAUC of each ranking: the share of the other items that rank below the held-out one.
  ///
  /// - Returns: `nil` for rankings without other items, which RecBole leaves out.
  public func areasUnderCurve(of rankings: Rankings) -> [Double?] {
    let counts = rankings.candidateCounts ?? rankings.ranks.map { _ in itemCount - 1 }
    return zip(rankings.ranks, counts).map { RankingMetric.areaUnderCurve(rank: $0, candidates: $1) }
  }
}

extension [Double] {
  /// The arithmetic mean; 0 for an empty array.
  fileprivate var mean: Double { isEmpty ? 0 : reduce(0, +) / Double(count) }
}
