/// Which trials a leaderboard shows, and in what order.
public struct LeaderboardQuery: Sendable, Equatable {
  /// The maximum number of rows.
  public var top: Int?

  /// A metric such as `test.ndcg@10`, without a split of the validation split, or another column, such as `tflop`.
  /// `nil` stands for the study's own metric.
  ///
  /// By a metric, the best come first; by another column, the smallest values. A minus before the name reverses this.
  /// Ranks are those of the metric, and of the study's own metric if another column is named.
  public var sort: String?

  /// The value of `repeatable` whose ranking counts; `nil` for the study's own.
  public var isRepeatable: Bool?

  /// Conditions, all of which must hold.
  public var conditions: [Condition]

  /// Whether to compute the rows' certainty, which takes longer than everything else.
  public var measuresCertainty: Bool

  /// Whether to mark the trials that no other beats in both the metric of the ranks and cost.
  public var marksFront: Bool

  public init(
    top: Int? = nil, sort: String? = nil, isRepeatable: Bool? = nil, conditions: [Condition] = [],
    measuresCertainty: Bool = true, marksFront: Bool = false
  ) {
    self.top = top
    self.sort = sort
    self.isRepeatable = isRepeatable
    self.conditions = conditions
    self.measuresCertainty = measuresCertainty
    self.marksFront = marksFront
  }

  /// The name of the column to sort by, without a minus.
  var sortedName: String? { sort.map { isReversed ? String($0.dropFirst()) : $0 } }

  /// The metric by which trials are ranked.
  ///
  /// - Parameter own: The study's, which counts where another column is named.
  func rankingMetric(otherwise own: String) -> String {
    let isMetric = sortedName.map { RankMetric(MetricName($0).name) != nil || WholeMetric($0) != nil } ?? false
    return isMetric ? sortedName ?? own : own
  }

  var isReversed: Bool { sort?.unicodeScalars.first == "-" }
}
