/// What an epoch brought.
public struct EpochReport: Sendable {
  /// Counted from 1.
  public let epoch: Int
  /// The sum of the batches' losses, as the reference reports it.
  public let loss: Double
  /// Batches that had a counted mask; `loss` divided by it is the mean.
  public let batchCount: Int
  /// The validation metrics, or `nil` when none was due.
  public let valid: Metrics?
  /// No validation before was better than this one.
  public let isBest: Bool
  /// No epoch comes after this one.
  public let isLast: Bool

  /// The mean of the batches' losses.
  public var meanLoss: Double { batchCount > 0 ? loss / Double(batchCount) : 0 }
}

/// What a finished run leaves.
public struct TrainingResult: Sendable {
  /// The epoch whose weights were measured, counted from 1; 0 for the untrained ones.
  public let bestEpoch: Int
  /// Epochs trained.
  public let epochCount: Int
  /// The best value of the validation metric, or `nil` without validation samples.
  ///
  /// Where no epoch was validated, it is the one that was measured at the end.
  public let bestValue: Double?
  /// `nil` for a split without samples.
  public let valid: Metrics?
  public let test: Metrics?
  /// The held-out item's rank for each validation sample, counted from 1.
  public let validRanks: [Int]
  public let testRanks: [Int]
}

/// Where a run's numbers stopped being numbers.
public struct Divergence: Sendable, CustomStringConvertible {
  /// Counted from 1.
  public let epoch: Int
  /// The batch whose loss was none, counted from 1; `nil` when the scores after the epoch were none.
  public let batch: Int?
  /// The batch's loss: infinite or NaN.
  public let loss: Double
  /// The loss of the last batch before, or `nil` when none came before.
  public let lastFiniteLoss: Double?

  /// One line for a terminal.
  public var description: String {
    let last = lastFiniteLoss.map { "the last finite loss was \($0.rounded(toDecimalPlaces: 4))" }
    let before = last ?? "no loss before it was finite"
    let found = loss.isNaN ? "not a number" : "infinite"
    let what = batch.map { "the loss of batch \($0) of epoch \(epoch) is \(found)" }
    return "\(what ?? "the scores after epoch \(epoch) are not numbers"); \(before)"
  }
}
