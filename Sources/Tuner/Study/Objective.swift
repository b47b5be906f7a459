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
