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
  /// As long as the remaining work per worker is several times the longest trial, the order does not affect the total
  /// time. After that, starting a long trial last would leave the other workers idle.
  ///
  /// - Parameter work: The cost of all pending trials.
  /// - Parameter longest: The largest cost of one of them.
  func startsLongest(work: Double, longest: Double) -> Bool { work <= 2 * Double(workers) * longest }
}
