/// What a study tunes: a function from hyperparameters to values.
///
/// The worker pool calls it on the workers' own threads, for several trials at a time.
public protocol Objective: Sendable {
  /// Runs one trial until it ends or `trial.shouldStop` asks it to stop.
  ///
  /// An error that it throws becomes the trial's failure, with the error's description as the message.
  /// A `TrialLost` thrown by `report` must be rethrown.
  func run(_ trial: RunningTrial) throws -> TrialOutcome

  /// The cost of a trial, if known beforehand; called once per trial.
  func cost(of hyperparameters: Hyperparameters) -> TrialCost?

  /// Whether the study may have a trial of these hyperparameters; others get no trial and no number.
  ///
  /// Depends only on the hyperparameters and on what the study stores, so that every process and `verify` agree.
  func isPossible(_ hyperparameters: Hyperparameters) -> Bool
}

extension Objective {
  public func cost(of hyperparameters: Hyperparameters) -> TrialCost? { nil }

  public func isPossible(_ hyperparameters: Hyperparameters) -> Bool { true }
}

/// The cost of a trial, which is the same on every machine, so that costs can be compared and added.
public struct TrialCost: Sendable, Equatable {
  /// Floating-point operations of one epoch.
  public var perEpoch: Double

  /// The maximum number of epochs of the trial.
  public var epochs: Int

  public init(perEpoch: Double, epochs: Int) {
    self.perEpoch = perEpoch
    self.epochs = epochs
  }

  /// Operations of all epochs.
  public var total: Double { perEpoch * Double(epochs) }
}

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

  /// The held-out item's rank for each user, by split; 65,535 stands for 65,535 or more.
  public var ranks: [String: [UInt16]]

  /// The weights as safetensors, the form that users export.
  public var weights: [UInt8]?

  public init(
    bestEpoch: Int, bestValue: Double?, metrics: [SplitMetric], ranks: [String: [UInt16]],
    weights: [UInt8]?
  ) {
    self.bestEpoch = bestEpoch
    self.bestValue = bestValue
    self.metrics = metrics
    self.ranks = ranks
    self.weights = weights
  }
}

/// A metric of a split, such as `ndcg@10` of `test`.
public struct SplitMetric: Sendable, Hashable {
  public var split: String
  public var name: String

  /// `nil` for values that are not numbers, such as the mean over a split without samples.
  public var value: Double?

  public init(split: String, name: String, value: Double?) {
    self.split = split
    self.name = name
    self.value = value
  }
}
