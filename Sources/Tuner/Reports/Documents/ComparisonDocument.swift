/// Two trials compared over the same users, for programs.
package struct ComparisonDocument: Encodable, Sendable {
  package let study, split, metric: String

  /// The value of `repeatable` whose ranking was used, if reports state it.
  package let repeatable: Bool?

  /// What is to be said of the ranking; not in the JSON.
  package let ranking: String?

  /// The numbers of the trials.
  package let first, second: Int

  /// The number of held-out items, if it is not that of users.
  package let samples: Int?

  /// The number of users, and for how many of them each trial is better.
  package let users, firstBetter, secondBetter, equal: Int
  package let firstValue, secondValue: Double

  /// The first value minus the second, with its 95 % interval and p-value.
  package let difference, low, high, pValue: Double

  /// Each parameter in which the trials differ, with its values; not in the JSON.
  package let differences: [String]

  private enum CodingKeys: CodingKey {
    case study, split, metric, repeatable, first, second, samples, users, firstBetter, secondBetter, equal
    case firstValue, secondValue, difference, low, high, pValue
  }

  /// Throws a `ReportError` if the trials do not have the same users.
  package init(_ trials: FinishedTrials, _ a: FinishedTrials.Trial, _ b: FinishedTrials.Trial) throws(ReportError) {
    guard a.hasSameUsers(as: b) else {
      throw ReportError(
        location: trials.study.name, found: Self.users(of: a, b),
        expected: "the same users: trials that tune data settings cannot be compared user by user")
    }
    let comparison = PairedComparison(
      a.values, b.values, weights: a.weights, largest: trials.metric.largest, seed: 0)
    (study, split, metric) = (trials.study.name, trials.split, trials.name)
    repeatable = trials.ranking.isStated ? trials.ranking.isRepeatable : nil
    ranking = trials.statement
    (first, second, users, samples) = (a.number, b.number, a.values.count, a.samples)
    (firstBetter, secondBetter, equal) = (comparison.better, comparison.worse, comparison.equal)
    (firstValue, secondValue, difference) = (a.values.mean, b.values.mean, comparison.difference)
    // A trial does not differ from itself for any user. Two trials that agree for all of these may differ for others.
    let interval = a.number == b.number ? ConfidenceInterval(low: 0, high: 0) : comparison.interval
    (low, high, pValue) = (interval.low, interval.high, comparison.pValue)
    differences = a.hyperparameters.pairs.compactMap { pair in
      let other = b.hyperparameters[pair.name]
      return other == pair.value ? nil : "\(pair.name) \(pair.value) and \(other.map { "\($0)" } ?? "nothing")"
    }
  }

  /// The users of two trials that do not have the same ones.
  private static func users(of a: FinishedTrials.Trial, _ b: FinishedTrials.Trial) -> String {
    let (first, second) = (a.values.count, b.values.count)
    return first == second
      ? "other users in trial \(a.number) than in trial \(b.number)"
      : "\(first) users in trial \(a.number) and \(second) in trial \(b.number)"
  }
}
