/// A metric of every user in every completed trial, from the stored ranks.
struct UserValues {
  private let metric: RankMetric
  private let name: MetricName

  /// Ranks by trial number. Values are computed on demand: storing those of many trials would take four times the memory.
  private let ranks: [Int: UserRanks]

  /// The number of users of each trial.
  let userCount: Int

  /// - Parameter name: A metric such as `test.ndcg@10`; without a split, the validation split is meant.
  /// - Parameter ranks: The ranks of that split, by trial number.
  /// - Returns: `nil` if the metric is not a function of a rank, or if not all trials have ranks of the same users.
  init?(metric name: String, ranks: [Int: UserRanks]) {
    self.name = MetricName(name)
    guard let metric = RankMetric(self.name.name), let first = ranks.values.first, !first.isEmpty,
      ranks.values.allSatisfy({ $0.haveSameUsers(as: first) })
    else { return nil }
    self.metric = metric
    userCount = first.userCount
    self.ranks = ranks
  }

  var fullName: String { name.description }

  /// The row with this metric added, if the trial has ranks.
  func adding(to row: Leaderboard.Row) -> Leaderboard.Row {
    guard let ranks = ranks[row.trial] else { return row }
    var row = row
    row.metrics.append(SplitMetric(split: name.split, name: name.name, value: metric.values(of: ranks).mean))
    return row
  }

  /// Intervals, and which trials may be the best, by trial number.
  ///
  /// - Parameter ranked: The trials that have a place on the leaderboard.
  func certainties(of ranked: some Collection<Int>) -> [Int: Certainty] {
    let ranked = Set(ranked)
    let trials = ranks.filter { ranked.contains($0.key) }.sorted { $0.key < $1.key }
    guard !trials.isEmpty else { return [:] }
    let best = BestSet(trialCount: trials.count, seed: 0) { metric.values(of: trials[$0].value) }
    return Dictionary(
      zip(trials, best.entries).map { trial, entry in
        (trial.key, Certainty(interval: metric.interval(of: trial.value), mayBeBest: entry.isTied))
      }
    ) { $1 }
  }
}

extension RankMetric {
  /// The 95 % confidence interval of the metric over users, each with all samples.
  func interval(of ranks: UserRanks) -> ConfidenceInterval {
    let gains = gains(of: ranks)
    return ConfidenceInterval(
      ofMean: gains, largest: largest,
      designEffect: ranks.counts.map { DesignEffect(gains, counts: $0, largest: largest).factor } ?? 1)
  }
}

/// The certainty of a trial's metric, treating its users as a random sample.
package struct Certainty: Sendable, Equatable {
  /// The 95 % confidence interval of the mean over users.
  package let interval: ConfidenceInterval

  /// Whether the trial is statistically tied with the best one; see `BestSet`.
  package let mayBeBest: Bool
}
