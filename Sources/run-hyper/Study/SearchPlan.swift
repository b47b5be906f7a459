import Model
import Tuner

/// How a study is searched: which points of its space are tried, in what order, and which trials stop early.
struct SearchPlan: Codable, Equatable {
  /// How points are chosen.
  enum Algorithm: String, Codable, CaseIterable {
    /// Every combination of the values, in the order of the file.
    case exhaustive

    /// Random (seeded) draws; in a finite space, no combination is drawn twice.
    case random

    /// The most promising points, given the results of earlier trials.
    case bayes
  }

  var algorithm = Algorithm.exhaustive

  /// Total number of trials, unless every combination is tried.
  var maxEvaluations: Int?

  /// Whether all combinations are tried in random (seeded) order.
  var shuffles: Bool?

  /// Number of consecutive trials without improvement after which the study stops.
  var earlyStop: Int?

  /// The name of the pruner, and its two settings.
  var pruner: String?
  var firstRung: Int?
  var reductionFactor: Int?

  /// Number of additional seeds for each trial tied with the best.
  var repeats: Int?

  /// Number of the best trials whose weights are kept; 1 if `nil`.
  var keepWeights: Int?

  /// Whether configurations that cannot be trained are left out instead of refused.
  var skipsImpossible: Bool?

  /// The number of trials that RecBole's tuner runs by default.
  static let standardMaxEvaluations = 100

  var isShuffled: Bool { shuffles ?? false }
  var leavesOut: Bool { skipsImpossible ?? false }

  /// The points of the study that are known before it starts.
  ///
  /// - Parameter isPossible: Called once for each point, in order; the study has only points for which it returns true.
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

  /// How points are chosen, in the words of a study's definition.
  var sampling: Sampling {
    switch algorithm {
    case .exhaustive: isShuffled ? .shuffledGrid : .grid
    case .random: .random
    case .bayes: .tpe
    }
  }

  /// Total number of trials when points are drawn: at most the number of points in the space.
  func trialLimit(of space: SearchSpace) -> Int {
    min(maxEvaluations ?? Self.standardMaxEvaluations, RandomSampler(space, seed: 0).count ?? .max)
  }

  /// The pruner.
  ///
  /// - Parameter longest: The maximum number of epochs of any trial.
  func pruner(longest: Int) -> Pruner {
    Pruner(
      pruner.flatMap(Pruner.Kind.init) ?? .none, firstRung: firstRung ?? Self.standardFirstRung,
      reductionFactor: reductionFactor ?? Self.standardReductionFactor, longest: longest,
      promotesEarly: algorithm == .bayes)
  }

  static let standardFirstRung = 1
  static let standardReductionFactor = 3
}
