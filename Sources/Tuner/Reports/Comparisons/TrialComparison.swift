import Literals

/// Two completed trials compared user by user, with the distribution of the differences, for a page.
package struct TrialComparison: Encodable, Sendable, Equatable {
  /// The users whose difference is in a range.
  package struct Bar: Encodable, Sendable, Equatable {
    package let from, to: Double
    package let users: Int
  }

  package let metric: String

  /// The trials' values, and the first minus the second with its 95 % interval and p-value.
  package let a, b, difference, low, high, p: Double

  /// The number of users for whom the first trial is better, equal and worse.
  package let better, equal, worse: Int

  /// The differences other than 0 in twenty bars of the same width, from the most negative possible one to the most positive.
  ///
  /// A bar does not include its end nearer to 0.
  package let histogram: [Bar]

  private static let barCount = 20

  /// - Parameters:
  ///   - a: A value for each user.
  ///   - b: A value for each user, in the same order.
  package init(metric: String, _ rank: RankMetric, _ a: [Double], _ b: [Double], areSame: Bool) {
    let comparison = PairedComparison(a, b, largest: rank.largest, seed: 0)
    self.metric = metric
    (self.a, self.b, difference, p) = (a.mean, b.mean, comparison.difference, comparison.pValue)
    // A trial does not differ from itself for any user.
    let interval = areSame ? ConfidenceInterval(low: 0, high: 0) : comparison.interval
    (low, high) = (interval.low, interval.high)
    (better, equal, worse) = (comparison.better, comparison.equal, comparison.worse)
    let half = Self.barCount / 2
    let width = rank.largest / Double(half)
    var users = [Int](repeating: 0, count: Self.barCount)
    for difference in zip(a, b).map({ $0 - $1 }) where difference != 0 {
      let distance = min(max(Int((abs(difference) / width).rounded(.up)) - 1, 0), half - 1)
      users[difference > 0 ? half + distance : half - 1 - distance] += 1
    }
    histogram = users.enumerated().map { index, users in
      Bar(
        from: Double(index - half) / Double(half) * rank.largest,
        to: Double(index - half + 1) / Double(half) * rank.largest, users: users)
    }
  }
}

extension StudyStore {
  /// Compares two completed trials by the study's metric over its validation users.
  ///
  /// Throws a `ReportError` if they cannot be compared.
  package func comparison(of first: Int, and second: Int, in study: Study) throws -> TrialComparison {
    let metric = MetricName(study.definition.metric).name
    guard let rank = RankMetric(metric) else {
      throw ReportError(
        location: study.name,
        problem: "\(metric) is not a function of a rank, so trials cannot be compared user by user")
    }
    let values = try [first, second].map { number in
      guard let ranks = try ranks(of: number, split: "valid", in: study), !ranks.isEmpty else {
        throw ReportError(location: study.name, problem: "found no completed trial \(number) with ranks of users")
      }
      return rank.values(of: ranks)
    }
    guard values[0].count == values[1].count else {
      throw ReportError(
        location: study.name,
        found: "\(values[0].count) users in trial \(first) and \(values[1].count) in trial \(second)",
        expected: "the same users: trials that tune data settings cannot be compared user by user")
    }
    return TrialComparison(metric: metric, rank, values[0], values[1], areSame: first == second)
  }
}
