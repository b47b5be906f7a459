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

/// Which trials a worker may take, and in what order.
package struct ClaimPolicy: Sendable {
  /// The number of trials that run at the same time.
  package var workers: Int

  /// The cost of a proposed trial.
  package var cost: @Sendable (Hyperparameters) -> TrialCost?

  /// Returns whether a point may be proposed.
  package var isPossible: @Sendable (Hyperparameters) -> Bool

  package init(
    workers: Int = 1, cost: @escaping @Sendable (Hyperparameters) -> TrialCost? = { _ in nil },
    isPossible: @escaping @Sendable (Hyperparameters) -> Bool = { _ in true }
  ) {
    self.workers = workers
    self.cost = cost
    self.isPossible = isPossible
  }

  /// With more pending trials than this, the longest one is not searched for.
  static let longestTail = 256

  /// Whether the longest pending trial is started before those that come first.
  ///
  /// As long as the remaining work per worker is several times the longest trial, the order does not affect the total time. After that,
  /// starting a long trial last would leave the other workers idle.
  ///
  /// - Parameter work: The cost of all pending trials.
  /// - Parameter longest: The largest cost of one of them.
  func startsLongest(work: Double, longest: Double) -> Bool { work <= 2 * Double(workers) * longest }
}

/// The work available to a free worker.
enum Outlook: Equatable {
  case pending
  case promotion(PruningDecision)
  case proposal
  case wait(running: Int)
  case over

  /// What is next in a study.
  ///
  /// Pending trials come first, then proposals, then what the pruner promotes; a pruner that promotes early is asked before the others.
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
