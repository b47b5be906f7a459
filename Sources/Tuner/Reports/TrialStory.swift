/// Everything that is known about one trial.
public struct TrialStory: Sendable {
  /// One start of the trial.
  public struct Attempt: Sendable, Equatable {
    public let number: Int
    public let owner: String
    public let startedAt: String
    public let endedAt: String?

    /// `completed`, `pruned`, `diverged`, `failed`, `interrupted` or `lost`; `nil` while it runs.
    public let ending: String?
    public let seconds: Double

    /// The epoch of the checkpoint from which the attempt started; 0 for a start from scratch.
    public let fromEpoch: Int
    public let note: String?
  }

  /// An entry of the record of pruning.
  public struct Rung: Sendable, Equatable {
    public let decision: PruningDecision

    /// The pruner's name in the database.
    public let pruner: String

    /// The time in UTC.
    public let decidedAt: String

    /// The trial's rank on the rung at that time, from 1, and the number of trials there; `nil` for a pruner that is no longer used.
    public let rank: Int?
    public let count: Int?

    /// Whether a trial that the rule stops on a rung may continue later.
    package var mayGoOn: Bool { Pruner(pruner)?.isHalving ?? false }
  }

  /// A point of the learning curve; `nil` stands for NaN.
  public struct Observation: Sendable, Equatable {
    public let epoch: Int
    public let metric: String
    public let value: Double?
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
  public let startedAt: String?
  public let finishedAt: String?

  /// The trial that this one repeats with another seed, or `nil`.
  public let repeated: (trial: Int, seed: Int)?
  public let attempts: [Attempt]

  /// The pruner's decisions, in order.
  public let rungs: [Rung]

  /// The learning curve by epoch, from the attempts on which the result is based.
  public let curve: [Observation]
  public let metrics: [SplitMetric]
}
