/// What a study tunes: something that takes hyperparameters and gives values.
///
/// The worker pool calls it on a worker's own thread, several trials at a time.
public protocol Objective: Sendable {
  /// Runs one trial until it ends or `trial.shouldStop` asks it to stop.
  ///
  /// What it throws becomes the trial's failure, with the error's description as its message;
  /// a `TrialLost` from `report` is to be passed on.
  func run(_ trial: RunningTrial) throws -> TrialOutcome

  /// What a trial costs, as far as it is known beforehand; asked for once for each trial.
  func cost(of hyperparameters: Hyperparameters) -> TrialCost?
}

extension Objective {
  public func cost(of hyperparameters: Hyperparameters) -> TrialCost? { nil }
}

/// What a trial costs: the same on every machine, so that it can be compared and added up.
public struct TrialCost: Sendable, Equatable {
  /// Floating-point operations of one epoch.
  public var perEpoch: Double

  /// The most epochs that the trial can have.
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

  /// The objective's value stopped being a number; a result that ranks last.
  ///
  /// - Parameter message: Where, and the last finite loss.
  case diverged(epoch: Int, message: String)

  /// The trial was asked to stop and did; it goes on from `checkpoint` later.
  ///
  /// - Parameter checkpoint: The objective's state after `epoch` whole epochs and perhaps part of
  ///   the next, or `nil` when there is nothing newer than what was reported.
  case interrupted(epoch: Int, checkpoint: [UInt8]?)
}

/// What a finished trial leaves behind.
public struct TrialResult: Sendable {
  /// The epoch, counted from 1, whose weights are the result; 0 if none was validated.
  public var bestEpoch: Int

  /// The validation metric at that epoch, or `nil` without validation samples.
  public var bestValue: Double?

  /// Metrics by split (`valid`, `test`), in the order to show them.
  public var metrics: [SplitMetric]

  /// The held-out item's rank for each user, 65,535 standing for that and more, by split.
  public var ranks: [String: [UInt16]]

  /// The weights, in the form that users take away (safetensors).
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

  /// `nil` for what is no number, such as the mean over a split without samples.
  public var value: Double?

  public init(split: String, name: String, value: Double?) {
    self.split = split
    self.name = name
    self.value = value
  }
}
