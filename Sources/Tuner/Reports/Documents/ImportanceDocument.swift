import Literals

/// How much each parameter and pair of parameters affects a metric, for programs.
package struct ImportanceDocument: Encodable, Sendable {
  /// The effect of a parameter, or the additional effect of two together.
  package struct Effect: Encodable, Sendable {
    /// One name or two.
    package let parameters: [String]

    /// The fraction of the trials' variance as measured, and as estimated for all users with its 95 % interval.
    package let measured, fraction, low, high: Double

    init(_ effect: Importance.Effect) {
      parameters = effect.axes
      measured = effect.fraction
      fraction = effect.population?.fraction ?? effect.fraction
      low = effect.population?.interval.low ?? 0
      high = effect.population?.interval.high ?? 1
    }
  }

  /// A value of a parameter, with the mean of the metric over all cells that have it; `nil` if no trial has.
  package struct Value: Encodable, Sendable {
    package let parameter, value: String
    package let mean: Double?
  }

  package let study, split, metric: String

  /// The value of `repeatable` whose ranking was used, if reports state it.
  package let repeatable: Bool?

  /// What is to be said of the ranking; not in the JSON.
  package let ranking: String?
  package let trials, users: Int

  /// Whether each cell of the grid has a trial; if not, the effects are those of a least-squares fit.
  package let isExact: Bool
  package let effects, pairs: [Effect]

  /// The fractions of the measured variance that interactions of three or more parameters explain, and that sampling of
  /// the users causes.
  package let rest, noise: Double
  package let values: [Value]

  private enum CodingKeys: CodingKey {
    case study, split, metric, repeatable, trials, users, isExact, effects, pairs, rest, noise, values
  }

  /// Throws a `ReportError` if the trials do not determine the effects.
  package init(_ finished: FinishedTrials) throws(ReportError) {
    (study, split, metric) = (finished.study.name, finished.split, finished.name)
    repeatable = finished.ranking.isStated ? finished.ranking.isRepeatable : nil
    ranking = finished.statement
    trials = finished.trials.count
    users = finished.trials.first?.values.count ?? 0
    guard finished.trials.allSatisfy({ [users] in $0.values.count == users }) else {
      throw ReportError(
        location: study, found: "trials with different users",
        expected: "the same users; tuned data settings change them")
    }
    guard let first = finished.trials.first else {
      throw ReportError(location: study, found: "no trial with a result", expected: "completed trials")
    }
    guard finished.trials.contains(where: { $0.values != first.values }) || trials == 1 else {
      throw ReportError(
        location: study, found: "the same \(metric) in all \(trials) trials", expected: "trials that differ")
    }
    let axes = Self.axes(of: finished.trials)
    let importance = Importance(
      axes: axes.map { Importance.Axis(name: $0.name, valueCount: $0.values.count) },
      trials: finished.trials.map { trial in
        let levels = axes.map { axis in
          axis.values.firstIndex(of: trial.hyperparameters[axis.name] ?? .null) ?? 0
        }
        return Importance.Trial(levels: levels, values: trial.values)
      }, seed: 0)
    guard !axes.isEmpty, let importance else {
      throw ReportError(
        location: study,
        problem: "importance needs parameters whose values repeat across trials, as in a grid; "
          + "\(trials) \(trials == 1 ? "trial has" : "trials have") completed, and their values do not repeat enough")
    }
    isExact = importance.isExact
    effects = importance.mains.map(Effect.init)
    pairs = importance.pairs.map(Effect.init)
    rest = importance.rest
    noise = importance.noise ?? 0
    values = zip(axes, importance.marginals).flatMap { axis, means in
      zip(axis.values, means).map { Value(parameter: axis.name, value: $0.description, mean: $1) }
    }
  }

  /// The parameters with more than one value among the trials, their values in the order of the trials.
  private static func axes(of trials: [FinishedTrials.Trial]) -> [(name: String, values: [Literal])] {
    let names = trials.first?.hyperparameters.names ?? []
    return names.map { name in
      var values: [Literal] = []
      for trial in trials {
        let value = trial.hyperparameters[name] ?? .null
        if !values.contains(value) { values.append(value) }
      }
      return (name, values)
    }.filter { $0.values.count > 1 }
  }
}
