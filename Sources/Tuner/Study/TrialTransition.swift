/// A step in the life of a trial: the only ways in which its state changes.
enum TrialTransition: String, Sendable, CaseIterable {
  /// A worker takes it.
  case start

  /// Its run is stopped, and its state saved.
  case interrupt

  /// Its process is found dead.
  case lose

  /// The pruner stops it on a rung.
  case prune

  case complete, diverge, fail

  /// It stands on a rung of the pruner without running: its process died there, or the pruner is a new one.
  case waitOnRung

  /// Another pruner, or none, lets it go on.
  case leaveRung

  /// The user asks for failed trials to run again.
  case retry

  /// The states in which it is possible.
  var from: [TrialState] {
    switch self {
    case .start: [.pending, .pruned]
    case .interrupt, .lose, .prune, .complete, .diverge, .fail: [.running]
    case .waitOnRung: [.pending]
    case .leaveRung: [.pruned]
    case .retry: [.failed]
    }
  }

  var to: TrialState {
    switch self {
    case .start: .running
    case .interrupt, .lose, .leaveRung, .retry: .pending
    case .prune, .waitOnRung: .pruned
    case .complete: .completed
    case .diverge: .diverged
    case .fail: .failed
    }
  }
}
