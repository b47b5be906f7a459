import Tuner

/// Which points of a search space a study tries, and in what order.
struct SearchPlan: Codable {
  /// How points are chosen.
  enum Algorithm: String, Codable, CaseIterable {
    /// Every combination of the values, in the order of the file.
    case exhaustive

    /// Draws that the seed decides: over finitely many combinations none comes twice.
    case random
  }

  var algorithm = Algorithm.exhaustive

  /// Trials of the study in all, under `random`.
  var maxEvaluations: Int?

  /// As many as the reference program's tuning object tries unless it is told otherwise.
  static let standardMaxEvaluations = 100

  /// The points that belong to the study.
  ///
  /// - Throws: When every combination is asked for and a parameter has no list of values.
  func cells(of space: SearchSpace, seed: Int) throws(SearchSpaceError) -> [Hyperparameters] {
    guard algorithm == .random else { return try space.grid() }
    let sampler = RandomSampler(space, seed: seed)
    let count = min(maxEvaluations ?? Self.standardMaxEvaluations, sampler.count ?? .max)
    return (0..<count).map(sampler.draw)
  }
}
