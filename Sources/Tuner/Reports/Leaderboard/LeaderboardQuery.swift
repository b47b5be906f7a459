/// Which trials a leaderboard shows, and in what order.
public struct LeaderboardQuery: Sendable, Equatable {
  /// The maximum number of rows.
  public var top: Int?

  /// A metric such as `test.ndcg@10`; without a split, the validation split is meant. `nil` stands for the study's
  /// own metric.
  public var sort: String?

  /// The value of `repeatable` whose ranking counts; `nil` for the study's own.
  public var isRepeatable: Bool?

  /// Conditions such as `n_layers=2`, all of which must hold.
  public var filters: [String]

  /// Whether to compute the rows' certainty, which takes longer than everything else.
  public var measuresCertainty: Bool

  public init(
    top: Int? = nil, sort: String? = nil, isRepeatable: Bool? = nil, filters: [String] = [],
    measuresCertainty: Bool = true
  ) {
    self.top = top
    self.sort = sort
    self.isRepeatable = isRepeatable
    self.filters = filters
    self.measuresCertainty = measuresCertainty
  }
}
