/// An entry of a study's record of pruning, whose order is that in which things happened.
public struct PruningDecision: Sendable, Equatable {
  /// What happened to a trial.
  public enum Action: String, Sendable, CaseIterable {
    /// It came to a rung and was stopped there.
    case stop

    /// It came to a rung and went on.
    case proceed

    /// It had gone past the rung before the rule was in force.
    case passed

    /// It goes on from its rung, being one of the best there.
    case promote

    /// It goes on from its rung, being the best there, since otherwise no trial would have come to the end.
    case finish

    /// It goes on or has ended without the rule: another one came into force, or its cell came back.
    case resume

    /// It is out: it failed or diverged, or its cell has left the search space.
    case withdraw

    /// It waits on its rung again.
    case restore

    /// Whether the trial stands on the rung from here on, for others to be compared with.
    var isArrival: Bool { self == .stop || self == .proceed || self == .passed }
  }

  /// The trial's number.
  public let trial: Int
  public let bracket: Int

  /// The epoch of the rung.
  public let epoch: Int

  /// The best value up to the rung; `nil` for a number that is none.
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
