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
  ///   - a: A value for each user, times the user's weight.
  ///   - b: A value for each user, in the same order.
  ///   - weights: The users' weights, whose mean is 1; `nil` if all are 1.
  package init(
    metric: String, _ rank: RankMetric, _ a: [Double], _ b: [Double], weights: [Double]? = nil, areSame: Bool
  ) {
    let comparison = PairedComparison(a, b, weights: weights, largest: rank.largest, seed: 0)
    self.metric = metric
    (self.a, self.b, difference, p) = (a.mean, b.mean, comparison.difference, comparison.pValue)
    // A trial does not differ from itself for any user.
    let interval = areSame ? ConfidenceInterval(low: 0, high: 0) : comparison.interval
    (low, high) = (interval.low, interval.high)
    (better, equal, worse) = (comparison.better, comparison.equal, comparison.worse)
    let half = Self.barCount / 2
    let width = rank.largest / Double(half)
    var users = [Int](repeating: 0, count: Self.barCount)
    for (user, difference) in zip(a, b).map({ $0 - $1 }).enumerated() where difference != 0 {
      // Of a user's samples, the mean difference counts.
      let difference = weights.map { difference / $0[user] } ?? difference
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
        problem: "\(metric) \(WholeMetric(metric)?.reason ?? "is not a function of a rank"), "
          + "so trials cannot be compared user by user")
    }
    let ranks = try [first, second].map { number in
      guard let ranks = try self.ranks(of: number, split: "valid", in: study), !ranks.isEmpty else {
        throw ReportError(location: study.name, problem: "found no completed trial \(number) with ranks of users")
      }
      return ranks
    }
    guard ranks[0].haveSameUsers(as: ranks[1]) else {
      throw ReportError(
        location: study.name,
        found: "\(ranks[0].userCount) users in trial \(first) and \(ranks[1].userCount) in trial \(second)",
        expected: "the same users: trials that tune data settings cannot be compared user by user")
    }
    return TrialComparison(
      metric: metric, rank, rank.values(of: ranks[0]), rank.values(of: ranks[1]), weights: ranks[0].weights,
      areSame: first == second)
  }
}
