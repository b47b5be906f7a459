/// A study's trials from the best to the worst.
public struct Leaderboard: Sendable, Equatable {
  /// A trial that has a rank.
  public struct Row: Sendable, Equatable {
    /// The rank from 1 among all trials, including those hidden by a filter; shown only if the board `isRanked`.
    public let rank: Int
    public let trial: Int
    public let state: TrialState

    /// The best value of the study's metric.
    public let value: Double?
    public let bestEpoch: Int?

    /// The number of epochs trained.
    public let epochs: Int

    /// Floating-point operations of the training, computed from the network's shape; `nil` if unknown.
    public let cost: Double?

    /// The training time.
    public let seconds: Double

    /// Values of the study's metric with additional seeds, in the order of the seeds.
    public let repeatedValues: [Double]
    public let hyperparameters: Hyperparameters

    /// The metrics by split, in the order in which the objective returned them.
    public var metrics: [SplitMetric]

    /// The certainty of the sort value; `nil` if it cannot be derived from users' ranks.
    package var certainty: Certainty?

    /// Whether no other trial beats it in both the sort metric and cost; `nil` unless the front is marked.
    package var isOnFront: Bool?
  }

  /// A trial without a rank.
  public struct Failure: Sendable, Equatable {
    public let trial: Int
    public let kind: String
    public let message: String
    public let hyperparameters: Hyperparameters
  }

  public let study: String

  /// The study's metric.
  public let metric: String
  public let direction: Direction

  /// The number of users from which certainty was computed; 0 if there is none.
  package let userCount: Int

  /// Whether any trial has a value of the sort metric; otherwise the order of the rows is meaningless.
  public let isRanked: Bool

  /// What the rows are ranked by: the study's metric or one such as `test.ndcg@10`.
  public let sort: String

  /// What the rows are listed by; `nil` for their rank.
  package let order: Order?

  /// The ranking that all metrics are from.
  public let ranking: RankingChoice

  /// The share of the training samples that an epoch has; `nil` if it has all.
  public let epochShare: EpochShare?

  /// The number of completed trials without a value in this ranking, since an earlier version has run them.
  let unrankedCount: Int
  public let counts: StudyCounts
  public let rows: [Row]
  public let failures: [Failure]

  /// Whether trials are marked that no other beats in both the sort metric and cost.
  package internal(set) var marksFront = false

  /// Names of the tuned parameters, in the order of the file.
  public var parameterNames: [String] {
    var names: [String] = []
    for hyperparameters in rows.map(\.hyperparameters) + failures.map(\.hyperparameters) {
      for name in hyperparameters.names where !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// Names such as `valid.mrr@10`, in the order in which the objective returned them.
  public var metricNames: [String] {
    var names: [String] = []
    for name in rows.flatMap(\.metrics).map(\.fullName) where !names.contains(name) { names.append(name) }
    return names
  }
}

extension SplitMetric {
  /// The metric with its split, `test.ndcg@10`.
  public var fullName: String { "\(split).\(name)" }
}

extension Leaderboard.Row {
  /// For a trial with repeats: the mean over the additional seeds, and the standard deviation of the values.
  ///
  /// The value with the study's own seed is excluded: the trial was selected by it, so it is biased upwards.
  package var overSeeds: (mean: Double, deviation: Double?, count: Int)? {
    guard !repeatedValues.isEmpty else { return nil }
    let (mean, count) = (repeatedValues.mean, repeatedValues.count)
    let squares = repeatedValues.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, count > 1 ? (squares / Double(count - 1)).squareRoot() : nil, count)
  }
}

extension Leaderboard {
  /// Among the trials with the most seeds, the one with the best mean; `nil` without repeats.
  package var bestOverSeeds: Row? {
    let most = rows.compactMap { $0.overSeeds?.count }.max()
    let repeated = rows.filter { $0.overSeeds != nil && $0.overSeeds?.count == most }
    return repeated.reduce(nil) { best, row in
      guard let mean = row.overSeeds?.mean else { return best }
      return best?.overSeeds.map { direction.prefers(mean, to: $0.mean) } ?? true ? row : best
    }
  }
}
