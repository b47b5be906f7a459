extension Leaderboard {
  /// A trial by what it gives and what it takes.
  struct Bargain: Equatable {
    let trial: Int
    let value: Double
    let cost: Double
  }

  /// The trials that no other beats in both value and cost: no other is better in one of them and at least as good in the other.
  ///
  /// Complexity: that of sorting.
  static func front(_ trials: [Bargain], _ direction: Direction) -> Set<Int> {
    var front: Set<Int> = []
    var best: Bargain?
    let cheapestFirst = trials.sorted { a, b in
      a.cost == b.cost ? direction.prefers(a.value, to: b.value) : a.cost < b.cost
    }
    for trial in cheapestFirst {
      // Of equal trials, none beats the other.
      let isEqual = best.map { $0.value == trial.value && $0.cost == trial.cost } ?? true
      guard isEqual || best.map({ direction.prefers(trial.value, to: $0.value) }) ?? true else { continue }
      front.insert(trial.trial)
      best = trial
    }
    return front
  }

  /// The completed trials on the front of the metric by which trials are ranked and their cost, as far as the cost is known.
  ///
  /// - Parameter keys: The values of that metric, by trial.
  static func front(of rows: [Row], _ keys: [Int: Double], _ direction: Direction) -> Set<Int> {
    front(
      rows.compactMap { row in
        guard row.state == .completed, let value = keys[row.trial], let cost = row.cost, cost.isFinite else {
          return nil
        }
        return Bargain(trial: row.trial, value: value, cost: cost)
      }, direction)
  }

  /// What the mark says, below a table; `nil` if the front is not marked.
  var frontStatement: String? {
    guard marksFront else { return nil }
    guard rows.contains(where: { $0.cost != nil }) else {
      return "No trial is on the front of \(validationName(sort)) and TFLOP, since no cost is known."
    }
    return
      "* on the front of \(validationName(sort)) and TFLOP: no other completed trial is better in one and at least as "
      + "good in the other"
  }
}
