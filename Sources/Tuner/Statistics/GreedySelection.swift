/// A set of candidates that is chosen one by one: each step adds the candidate with which the set has the best value.
///
/// A step may make the value worse, since a later one may make it better than all earlier ones. Of the sets on the way, the one with the
/// best value counts, and of equal ones the smallest. A candidate is chosen at most once.
///
/// Source: Caruana, Niculescu-Mizil, Crew and Ksikes, *Ensemble Selection from Libraries of Models*, 2004, section 2, without replacement.
package struct GreedySelection: Sendable, Equatable {
  /// A chosen candidate.
  package struct Step: Sendable, Equatable {
    /// The index of the candidate.
    package let candidate: Int

    /// The value of the set up to this candidate.
    package let value: Double
  }

  /// The chosen candidates, in the order in which they were chosen; the last one completes the best set.
  package private(set) var steps: [Step] = []

  /// - Parameters:
  ///   - candidateCount: The number of candidates; of equally good ones, the first is chosen.
  ///   - size: The maximum number of candidates in the set.
  ///   - direction: Which values are better.
  ///   - values: For the candidates chosen so far and some others, the values of the set with each of these added. A value that is not a
  ///     number is never chosen.
  package init(
    candidateCount: Int, size: Int, direction: Direction = .maximize,
    values: (_ chosen: [Int], _ others: [Int]) throws -> [Double]
  ) rethrows {
    while steps.count < size {
      let chosen = steps.map(\.candidate)
      let others = (0..<candidateCount).filter { !chosen.contains($0) }
      guard !others.isEmpty else { break }
      var best: Step?
      for (candidate, value) in zip(others, try values(chosen, others)) where !value.isNaN {
        guard best.map({ direction.prefers(value, to: $0.value) }) ?? true else { continue }
        best = Step(candidate: candidate, value: value)
      }
      guard let best else { break }
      steps.append(best)
    }
    let values = steps.map(\.value)
    let top = direction == .maximize ? values.max() : values.min()
    let length = values.firstIndex { $0 == top }.map { $0 + 1 } ?? 0
    steps.removeLast(steps.count - length)
  }
}
