/// How an objective's run of a trial ended.
public enum TrialOutcome: Sendable {
  /// The trial is finished.
  case completed(TrialResult)

  /// The objective's value became NaN or infinite; this is a result, and ranks last.
  ///
  /// - Parameter message: Where it happened, and the last finite loss.
  case diverged(epoch: Int, message: String)

  /// The trial was asked to stop and did; it resumes from `checkpoint` later.
  ///
  /// - Parameter checkpoint: The objective's state after `epoch` whole epochs and possibly part of
  ///   the next one, or `nil` if there is nothing newer than the last report.
  case interrupted(epoch: Int, checkpoint: [UInt8]?)
}

/// The result of a finished trial.
public struct TrialResult: Sendable {
  /// The epoch, counted from 1, whose weights are the result; 0 if none was validated.
  public var bestEpoch: Int

  /// The validation metric at that epoch, or `nil` without validation samples.
  public var bestValue: Double?

  /// Metrics by split (`valid`, `test`), in the order to show them.
  public var metrics: [SplitMetric]

  /// The ranks of the held-out items, by split.
  public var ranks: [String: UserRanks]

  /// The same in the ranking in which the study is not tuned: with the other value of `repeatable`.
  public var otherRanks: [String: UserRanks]

  /// The weights as safetensors, the form that users export.
  public var weights: [UInt8]?

  public init(
    bestEpoch: Int, bestValue: Double?, metrics: [SplitMetric], ranks: [String: UserRanks],
    otherRanks: [String: UserRanks] = [:], weights: [UInt8]?
  ) {
    self.bestEpoch = bestEpoch
    self.bestValue = bestValue
    self.metrics = metrics
    self.ranks = ranks
    self.otherRanks = otherRanks
    self.weights = weights
  }
}
