/// An entry of a study's pruning record, which is in chronological order.
public struct PruningDecision: Sendable, Equatable {
  /// What happened to a trial.
  public enum Action: String, Sendable, CaseIterable {
    /// It reached a rung and was stopped there.
    case stop

    /// It reached a rung and continued.
    case proceed

    /// It had passed the rung before the rule was used.
    case passed

    /// It continues from its rung, as one of the best there.
    case promote

    /// It continues from its rung, as the best there, since otherwise no trial would reach the end.
    case finish

    /// It continues or has ended without the rule: the rule was replaced, or the trial's cell was restored.
    case resume

    /// It is withdrawn: it failed or diverged, or its cell is no longer in the search space.
    case withdraw

    /// It waits on its rung again.
    case restore

    /// Whether the trial is on the rung from now on, so that others are compared with it.
    var isArrival: Bool { self == .stop || self == .proceed || self == .passed }
  }

  /// The trial's number.
  public let trial: Int
  public let bracket: Int

  /// The epoch of the rung.
  public let epoch: Int

  /// The best value up to the rung; `nil` for NaN.
  public let value: Double?
  public let action: Action

  package init(trial: Int, bracket: Int, epoch: Int, value: Double?, action: Action) {
    self.trial = trial
    self.bracket = bracket
    self.epoch = epoch
    self.value = value
    self.action = action
  }
}
