/// What a free worker should do.
package enum Claim: Sendable {
  case trial(ClaimedTrial)

  /// Wait: the results of this many running trials are needed first.
  case wait(running: Int)

  /// Nothing: there is no work left.
  case over

  /// The trial to run, if any.
  package var trial: ClaimedTrial? { if case .trial(let trial) = self { trial } else { nil } }
}
