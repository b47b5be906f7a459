/// The work available to a free worker.
enum Outlook: Equatable {
  case pending
  case promotion(PruningDecision)
  case proposal
  case wait(running: Int)
  case over

  /// What is next in a study.
  ///
  /// Pending trials come first, then proposals, then what the pruner promotes; a pruner that promotes early is asked
  /// before the others.
  ///
  /// - Parameter promotion: The trial that the pruner lets continue, given whether no more trials come to its rung.
  init(
    hasPending: Bool, promotesEarly: Bool, canPropose: () throws -> Bool, running: () throws -> Int,
    promotion: (_ isClosed: Bool) throws -> PruningDecision?
  ) rethrows {
    if promotesEarly, let promotion = try promotion(false) {
      self = .promotion(promotion)
    } else if hasPending {
      self = .pending
    } else if try canPropose() {
      self = .proposal
    } else {
      let running = try running()
      if let promotion = try promotion(running == 0) {
        self = .promotion(promotion)
      } else {
        self = running > 0 ? .wait(running: running) : .over
      }
    }
  }

  var withoutTrial: Claim? {
    switch self {
    case .pending, .promotion, .proposal: nil
    case .wait(let running): .wait(running: running)
    case .over: .over
    }
  }
}
