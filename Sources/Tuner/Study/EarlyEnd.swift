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
}

extension EarlyEnd {
  /// Looks at a search's trials in their order, regardless of the order in which they ended.
  ///
  /// The count is 1 after the first trial, 0 after a trial better than all before it, and one more after any other trial. The search
  /// ends when it reaches the limit.
  ///
  /// Source: hyperopt 0.2.5, `no_progress_loss`, as RecBole 1.2.1 uses it.
  struct Search {
    let limit: Int
    let direction: Direction

    private var best: Double?
    private var count = 0
    private var isFirst = true

    /// Where the search ends, once that is known.
    private(set) var end: EarlyEnd?

    init(limit: Int, _ direction: Direction) {
      self.limit = limit
      self.direction = direction
    }

    /// Looks at the next trial; returns false if the ones after it do not matter.
    mutating func look(at trial: Trial) -> Bool {
      guard end == nil, trial.state.isEnded else { return false }
      let value = trial.state == .completed ? trial.value : nil
      let isBetter = value.map { value in best.map { direction.prefers(value, to: $0) } ?? true } ?? false
      if isBetter { best = value }
      count = isFirst ? 1 : isBetter ? 0 : count + 1
      if !isFirst, count >= limit { end = EarlyEnd(number: trial.number, turn: trial.turn) }
      isFirst = false
      return end == nil
    }
  }
}
