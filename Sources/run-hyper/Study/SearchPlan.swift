import Model
import Tuner

/// How a study is searched: which points of its space are tried, in what order, and which trials stop early.
struct SearchPlan: Codable, Equatable {
  /// How points are chosen.
  enum Algorithm: String, Codable, CaseIterable {
    /// Every combination of the values, in the order of the file.
    case exhaustive

    /// Draws that the seed decides: over finitely many combinations none comes twice.
    case random

    /// The most promising points, going by what earlier trials brought.
    case bayes
  }

  var algorithm = Algorithm.exhaustive

  /// Trials of the study in all, unless every combination is tried.
  var maxEvaluations: Int?

  /// Whether all combinations are tried in an order that the seed decides.
  var shuffles: Bool?

  /// Trials in a row without improvement that end the study.
  var earlyStop: Int?

  /// The name of the rule that stops trials, and its two numbers.
  var pruner: String?
  var firstRung: Int?
  var reductionFactor: Int?

  /// Further seeds for each trial that cannot be told from the best.
  var repeats: Int?

  /// Whether configurations that cannot be trained are left out, where they would otherwise be refused.
  var skipsImpossible: Bool?

  /// As many as the reference program's tuning object tries unless it is told otherwise.
  static let standardMaxEvaluations = 100

  var isShuffled: Bool { shuffles ?? false }
  var leavesOut: Bool { skipsImpossible ?? false }

  /// The points of the study that are known before it begins.
  ///
  /// - Parameter isPossible: Asked once for each point in its order; the study has no other points than those it says yes to.
  /// - Throws: When every combination is asked for, and a parameter has no list of values or there are too many.
  func cells(
    of space: SearchSpace, seed: Int, where isPossible: (Hyperparameters) -> Bool
  ) throws(SearchSpaceError) -> [Hyperparameters] {
    switch algorithm {
    case .exhaustive: (isShuffled ? try space.shuffledGrid(seed: seed) : try space.grid()).filter(isPossible)
    case .random: RandomSampler(space, seed: seed).draws(trialLimit(of: space), where: isPossible)
    case .bayes: []
    }
  }

  /// How points are chosen, as a study knows it.
  var sampling: Sampling {
    switch algorithm {
    case .exhaustive: isShuffled ? .shuffledGrid : .grid
    case .random: .random
    case .bayes: .tpe
    }
  }

  /// Trials in all, where points are drawn: no more than the space has.
  func trialLimit(of space: SearchSpace) -> Int {
    min(maxEvaluations ?? Self.standardMaxEvaluations, RandomSampler(space, seed: 0).count ?? .max)
  }

  /// The rule that stops trials.
  ///
  /// - Parameter longest: The most epochs that a trial can have.
  func pruner(longest: Int) -> Pruner {
    Pruner(
      pruner.flatMap(Pruner.Kind.init) ?? .none, firstRung: firstRung ?? Self.standardFirstRung,
      reductionFactor: reductionFactor ?? Self.standardReductionFactor, longest: longest,
      promotesEarly: algorithm == .bayes)
  }

  static let standardFirstRung = 1
  static let standardReductionFactor = 3
}
