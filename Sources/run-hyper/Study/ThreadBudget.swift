import Locks

/// The threads that a process may use, divided among the running trials.
///
/// With as many trials as threads, each trial has one thread. When the last trials of a study leave threads idle, those help the trials
/// that are still running; a trial's results do not depend on it.
final class ThreadBudget: Sendable {
  private let threads: Int
  private let running = Locked(0)

  init(threads: Int) { self.threads = threads }

  /// Runs `trial`, which may use `share` threads while it runs.
  func run<Outcome>(_ trial: () throws -> Outcome) rethrows -> Outcome {
    running.withLock { $0 += 1 }
    defer { running.withLock { $0 -= 1 } }
    return try trial()
  }

  /// The threads that each running trial may use now; at least one.
  var share: Int { running.withLock { max(1, threads / max(1, $0)) } }
}
