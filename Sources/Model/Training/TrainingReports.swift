/// The result of an epoch.
public struct EpochReport: Sendable {
  /// Counted from 1.
  public let epoch: Int
  /// The sum of the batches' losses, as RecBole reports it; `nil` when no mask counted in the whole epoch.
  public let loss: Double?
  /// Batches that had a counted mask; `loss` divided by it is the mean.
  public let batchCount: Int
  /// The validation metrics, or `nil` if no validation was due.
  public let valid: Metrics?
  /// Whether no earlier validation was better than this one.
  public let isBest: Bool
  /// Whether this is the last epoch.
  public let isLast: Bool

  /// The mean of the batches' losses; `nil` when no mask counted.
  public var meanLoss: Double? { loss.map { $0 / Double(batchCount) } }
}

/// The result of a finished run.
public struct TrainingResult: Sendable {
  /// The epoch whose weights were evaluated, counted from 1; 0 for untrained weights.
  public let bestEpoch: Int
  /// The number of epochs trained.
  public let epochCount: Int
  /// The best value of the validation metric, or `nil` without validation samples.
  ///
  /// If no epoch was validated, it is the value measured at the end.
  public let bestValue: Double?
  /// `nil` for a split without samples.
  public let valid: Metrics?
  public let test: Metrics?
  /// The held-out item's rank for each sample, in both rankings.
  public let validRanks: TargetRanks
  public let testRanks: TargetRanks
}

/// Where a run's values became infinite or NaN.
public struct Divergence: Sendable, CustomStringConvertible {
  /// Counted from 1.
  public let epoch: Int
  /// The batch whose loss was not finite, counted from 1; `nil` if the scores after the epoch were NaN.
  public let batch: Int?
  /// The batch's loss: infinite or NaN.
  public let loss: Double
  /// The loss of the previous batch, or `nil` if there was none.
  public let lastFiniteLoss: Double?

  /// One line for a terminal.
  public var description: String {
    let last = lastFiniteLoss.map { "the last finite loss was \($0.rounded(toDecimalPlaces: 4))" }
    let before = last ?? "there was no finite loss before"
    let found = loss.isNaN ? "not a number" : "infinite"
    let what = batch.map { "the loss of batch \($0) of epoch \(epoch) is \(found)" }
    return "\(what ?? "the scores after epoch \(epoch) are not numbers"); \(before)"
  }
}
