/// Everything that is known about one trial.
public struct TrialStory: Sendable {
  /// An entry of the record of pruning.
  public struct Rung: Sendable, Equatable {
    public let decision: PruningDecision

    /// The pruner's name in the database.
    public let pruner: String

    /// The time in UTC.
    public let decidedAt: String

    /// The trial's rank on the rung at that time, from 1, and the number of trials there; `nil` for a pruner that is no
    /// longer used.
    public let rank: Int?
    public let count: Int?

    /// Whether a trial that the rule stops on a rung may continue later.
    package var mayGoOn: Bool { Pruner(pruner)?.isHalving ?? false }
  }

  public let study: String
  public let trial: Int
  public let state: TrialState

  /// Whether the trial's cell is no longer in the search space.
  public let isShelved: Bool
  public let hyperparameters: Hyperparameters
  public let failureKind: String?
  public let failureMessage: String?
  public let value: Double?
  public let bestEpoch: Int?
  public let trainingSeconds: Double

  /// Floating-point operations of the training so far, computed from the network's shape; `nil` if unknown.
  package var cost: Double?

  /// The 95 % confidence interval of the value over users; `nil` before the trial has completed, and for other metrics than
  /// those of ranks.
  package var interval: ConfidenceInterval?
  public let startedAt: String?
  public let finishedAt: String?

  /// The trial that this one repeats with another seed, or `nil`.
  public let repeated: (trial: Int, seed: Int)?
  public let attempts: [TrialAttempt]

  /// The pruner's decisions, in order.
  public let rungs: [Rung]

  /// The learning curve by epoch, from the attempts on which the result is based.
  public let curve: [CurvePoint]
  public let metrics: [SplitMetric]

  /// The share of the training samples that an epoch has; `nil` if it has all.
  package var epochShare: EpochShare?

  /// Whether attempts of the study are of several machines.
  public var hasSeveralMachines = false
}
