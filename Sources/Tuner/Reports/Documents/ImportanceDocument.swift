import Literals

/// How much each parameter and pair of parameters affects a metric, for programs.
package struct ImportanceDocument: Encodable, Sendable {
  /// How the effects were computed.
  package enum Method: String, Encodable, Sendable {
    /// Each cell of a grid has a trial.
    case exact

    /// Some cells of a grid have none; the effects are fitted to the others.
    case leastSquares = "least squares"

    /// A forest predicts the metric over the whole search space.
    case forest
  }

  /// The effect of a parameter, or the additional effect of two together.
  package struct Effect: Encodable, Sendable {
    /// One name or two.
    package let parameters: [String]

    /// The fraction of the trials' variance as measured; `nil` for a forest.
    package let measured: Double?

    /// The fraction of the variance as estimated for all users, or of a forest's predictions, with its interval.
    package let fraction, low, high: Double
  }

  /// A value of a parameter, or a part of its range, with the mean of the metric over all cells that have it; `nil` if no trial has.
  package struct Value: Encodable, Sendable {
    package let parameter, value: String
    package let mean: Double?
  }

  package let study, split, metric: String

  /// The value of `repeatable` whose ranking was used, if reports state it.
  package let repeatable: Bool?

  /// What is to be said of the ranking; not in the JSON.
  package let ranking: String?

  /// The number of held-out items, if it is not that of users.
  package let samples: Int?

  /// The numbers of trials that were used, and of users.
  package let trials, users: Int
  package let method: Method

  /// What the intervals mean.
  package let intervals: String

  /// The trials that do not count, in a sentence; `nil` if there are none, or on a grid.
  package let leftOut: String?

  /// Whether each cell of the grid has a trial.
  package let isExact: Bool
  package let effects, pairs: [Effect]

  /// The fraction of the variance that is left: interactions of three or more parameters and, in a forest, noise.
  package let rest: Double

  /// The fraction of the measured variance that sampling of the users causes; `nil` for a forest.
  package let noise: Double?
  package let values: [Value]

  private enum CodingKeys: CodingKey {
    case study, split, metric, repeatable, trials, samples, users, method, intervals, leftOut, isExact, effects, pairs,
      rest
    case noise, values
  }

  /// Throws a `ReportError` if the trials do not determine the effects.
  package init(_ finished: FinishedTrials) throws(ReportError) {
    (study, split, metric) = (finished.study.name, finished.split, finished.name)
    repeatable = finished.ranking.isStated ? finished.ranking.isRepeatable : nil
    ranking = finished.statement
    guard let first = finished.trials.first else {
      throw ReportError(location: study, found: "no trial with a result", expected: "completed trials")
    }
    (users, samples) = (first.values.count, first.samples)
    guard finished.trials.allSatisfy({ $0.hasSameUsers(as: first) }) else {
      throw ReportError(
        location: study, found: "trials with different users",
        expected: "the same users; tuned data settings change them")
    }
    guard finished.trials.contains(where: { $0.values != first.values }) || finished.trials.count == 1 else {
      throw ReportError(
        location: study, found: "the same \(metric) in all \(finished.trials.count) trials",
        expected: "trials that differ")
    }
    let answer = try ImportanceAnswer(finished)
    trials = answer.trialCount
    method = answer.method
    intervals = answer.method.intervals
    leftOut = answer.leftOut
    isExact = answer.method == .exact
    (effects, pairs) = (answer.effects, answer.pairs)
    (rest, noise) = (answer.rest, answer.noise)
    values = answer.values
  }
}

extension ImportanceDocument.Method {
  fileprivate var intervals: String {
    switch self {
    case .exact, .leastSquares: "95 % confidence intervals over users"
    case .forest:
      "fractions of 95 % of the \(ForestImportance.treeCount) trees, each grown on another sample of the trials; "
        + "the choice of users is not covered"
    }
  }
}
