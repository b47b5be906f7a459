/// The number of a study's trials in each state; shelved trials count only as shelved.
public struct StudyCounts: Sendable, Equatable {
  public var pending = 0
  public var running = 0
  public var completed = 0
  public var pruned = 0
  public var diverged = 0
  public var failed = 0

  /// Trials whose cell is no longer in the search space; they return when it does.
  public var shelved = 0

  public init() {}

  public var total: Int { pending + running + ended }
  public var ended: Int { completed + pruned + diverged + failed }

  mutating func add(_ count: Int, to state: TrialState) {
    switch state {
    case .pending: pending += count
    case .running: running += count
    case .completed: completed += count
    case .pruned: pruned += count
    case .diverged: diverged += count
    case .failed: failed += count
    }
  }
}
