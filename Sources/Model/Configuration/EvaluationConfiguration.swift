/// What is measured on the validation and test samples.
public struct EvaluationConfiguration: Sendable, Hashable {
  /// Key `metrics`, in the order of the results.
  public var metrics: [RankingMetric] = [.recall, .reciprocalRank, .ndcg, .hit, .precision]

  /// Cut-offs, in the order of the results; key `topk`.
  public var cutoffs = [10]

  /// Which items are the tail in `tailpercentage`: up to 1, this share of the items that training predicts, the least frequent; above 1,
  /// those that it predicts at most this often. Key `tail_ratio`.
  public var tailRatio = 0.1

  /// The metric that early stopping and the leaderboard follow, such as `mrr@10`; key `valid_metric`.
  public var validationMetric = "mrr@10"

  /// The number of decimal places to which results are rounded, half to even; early stopping compares rounded values.
  public var metricDecimalPlaces = 4

  /// Whether items that a user has had are ranked, too; key `repeatable`.
  public var isRepeatable = true

  /// The number of samples scored at once; key `eval_batch_size`. Results do not depend on it.
  public var batchSize = 4096

  public init() {}
}

/// Metrics of rankings; the raw value is the lower-case name in results.
public enum RankingMetric: String, Sendable, Hashable, CaseIterable {
  case hit, recall, precision, ndcg
  case reciprocalRank = "mrr"
  case averagePrecision = "map"
  case gauc
  case itemCoverage = "itemcoverage"
  case averagePopularity = "averagepopularity"
  case shannonEntropy = "shannonentropy"
  case giniIndex = "giniindex"
  case tailPercentage = "tailpercentage"
}

extension RankingMetric {
  /// What a metric is computed from.
  package enum Source: Sendable {
    /// The held-out item's rank, up to a cut-off.
    case rank

    /// The held-out item's place among all items of its ranking; there is no cut-off.
    case wholeRanking

    /// The first items of all rankings together, up to a cut-off.
    case lists
  }

  package var source: Source {
    switch self {
    case .hit, .recall, .precision, .ndcg, .reciprocalRank, .averagePrecision: .rank
    case .gauc: .wholeRanking
    case .itemCoverage, .averagePopularity, .shannonEntropy, .giniIndex, .tailPercentage: .lists
    }
  }

  /// The name as RecBole's documentation spells it.
  var title: String {
    switch self {
    case .hit: "Hit"
    case .recall: "Recall"
    case .precision: "Precision"
    case .ndcg: "NDCG"
    case .reciprocalRank: "MRR"
    case .averagePrecision: "MAP"
    case .gauc: "GAUC"
    case .itemCoverage: "ItemCoverage"
    case .averagePopularity: "AveragePopularity"
    case .shannonEntropy: "ShannonEntropy"
    case .giniIndex: "GiniIndex"
    case .tailPercentage: "TailPercentage"
    }
  }

  /// The names of its results, such as `mrr@10`.
  func names(at cutoffs: [Int]) -> [String] {
    source == .wholeRanking ? [rawValue] : cutoffs.map { "\(rawValue)@\($0)" }
  }
}

extension EvaluationConfiguration {
  /// The names of all results, such as `mrr@10`: metrics in order, and for each metric the cut-offs in order.
  public var metricNames: [String] { metrics.flatMap { $0.names(at: cutoffs) } }

  /// The cut-offs of metrics over lists; empty if there is no such metric.
  var listCutoffs: [Int] { metrics.contains { $0.source == .lists } ? cutoffs : [] }

  /// Whether the size of each ranking has to be known, since it is not that of the catalog.
  var needsCandidateCounts: Bool { !isRepeatable && metrics.contains { $0.source == .wholeRanking } }
}
