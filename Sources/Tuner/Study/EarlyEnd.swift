/// Where a search ends because of missing improvement.
struct EarlyEnd: Sendable, Equatable {
  /// A trial of the search.
  struct Trial {
    let number: Int
    let turn: Int
    let state: TrialState
    let value: Double?
  }

  /// The last trial that belongs to the study, and its turn.
  let number: Int
  let turn: Int

  /// Where the search ends, taking the trials in their order, regardless of the order in which they ended; `nil` while it continues.
  ///
  /// The count is 1 after the first trial, 0 after a trial better than all before it, and one more after any other trial. The search
  /// ends when it reaches the limit.
  ///
  /// Source: hyperopt 0.2.5, `no_progress_loss`, as RecBole 1.2.1 uses it.
  init?(of trials: [Trial], limit: Int, _ direction: Direction) {
    var best: Double?
    var count = 0
    for (index, trial) in trials.enumerated() {
      guard trial.state.isEnded else { return nil }
      let value = trial.state == .completed ? trial.value : nil
      let isBetter = value.map { value in best.map { direction.prefers(value, to: $0) } ?? true } ?? false
      if isBetter { best = value }
      count = index == 0 ? 1 : isBetter ? 0 : count + 1
      if index > 0, count >= limit {
        (number, turn) = (trial.number, trial.turn)
        return
      }
    }
    return nil
  }
}
