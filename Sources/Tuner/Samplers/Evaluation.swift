/// What a sampler knows about a trial.
public struct Evaluation: Sendable {
  /// The number of the trial in its study, which orders a history.
  public let number: Int

  public let hyperparameters: Hyperparameters
  public let outcome: Outcome

  /// The outcome of a trial.
  public enum Outcome: Sendable, Equatable {
    /// It ended with this loss; less is better, and a loss that is not finite counts as `failed`.
    case loss(Double)

    case running

    /// It diverged or failed, which is worse than any loss.
    case failed
  }

  public init(number: Int, hyperparameters: Hyperparameters, outcome: Outcome) {
    self.number = number
    self.hyperparameters = hyperparameters
    self.outcome = outcome
  }
}
