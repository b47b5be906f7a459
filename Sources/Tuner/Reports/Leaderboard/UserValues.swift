/// A metric of every user in every completed trial, from the stored ranks.
struct UserValues {
  private let metric: RankMetric
  private let name: MetricName

  /// Ranks by trial number. Values are computed on demand: storing those of many trials would take four times the memory.
  private let ranks: [Int: [UInt16]]

  /// The number of users of each trial.
  let userCount: Int

  /// - Parameter name: A metric such as `test.ndcg@10`; without a split, the validation split is meant.
  /// - Parameter ranks: The ranks of that split, by trial number.
  /// - Returns: `nil` if the metric is not a function of a rank, or if not all trials have ranks of the same users.
  init?(metric name: String, ranks: [Int: [UInt16]]) {
    self.name = MetricName(name)
    guard let metric = RankMetric(self.name.name), let userCount = ranks.values.first?.count, userCount > 0,
      ranks.values.allSatisfy({ $0.count == userCount })
    else { return nil }
    self.metric = metric
    self.userCount = userCount
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
        let interval = ConfidenceInterval(ofMean: metric.values(of: trial.value), largest: metric.largest)
        return (trial.key, Certainty(interval: interval, mayBeBest: entry.isTied))
      }
    ) { $1 }
  }
}

/// The certainty of a trial's metric, treating its users as a random sample.
package struct Certainty: Sendable, Equatable {
  /// The 95 % confidence interval of the mean over users.
  package let interval: ConfidenceInterval

  /// Whether the trial is statistically tied with the best one; see `BestSet`.
  package let mayBeBest: Bool
}
