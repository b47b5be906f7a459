/// What is measured on the validation and test samples.
public struct EvaluationConfiguration: Sendable, Hashable {
  /// Key `metrics`, in the order of the results.
  public var metrics: [RankingMetric] = [.recall, .reciprocalRank, .ndcg, .hit, .precision]

  /// Cut-offs, in the order of the results; key `topk`.
  public var cutoffs = [10]

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

/// Metrics of a ranking; the raw value is the lower-case name in results.
public enum RankingMetric: String, Sendable, Hashable, CaseIterable {
  case hit, recall, precision, ndcg
  case reciprocalRank = "mrr"
  case averagePrecision = "map"
}
