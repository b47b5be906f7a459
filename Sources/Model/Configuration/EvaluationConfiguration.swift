/// What is measured on the validation and test samples.
public struct EvaluationConfiguration: Sendable, Hashable {
  /// Key `metrics`, in the order of the results.
  public var metrics: [RankingMetric] = [.recall, .reciprocalRank, .ndcg, .hit, .precision]

  /// Cut-offs, in the order of the results; key `topk`.
  public var cutoffs = [10]

  /// The metric that early stopping and the leaderboard follow, such as `mrr@10`; key `valid_metric`.
  public var validationMetric = "mrr@10"

  /// Decimals that results are rounded to, half to even; early stopping compares the rounded ones.
  public var metricDecimalPlaces = 4

  /// Samples scored at once; key `eval_batch_size`. It has no influence on the numbers.
  public var batchSize = 4096

  public init() {}
}

/// Metrics of a ranking; the raw value is the lower-case name in results.
public enum RankingMetric: String, Sendable, Hashable, CaseIterable {
  case hit, recall, precision, ndcg
  case reciprocalRank = "mrr"
  case averagePrecision = "map"
}
