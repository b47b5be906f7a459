/// The state of a trial.
public enum TrialState: String, Sendable, Codable, CaseIterable {
  case pending, running, completed, pruned, diverged, failed

  /// Whether the trial has ended: nothing more happens to it by itself.
  public var isEnded: Bool { self != .pending && self != .running }
}
