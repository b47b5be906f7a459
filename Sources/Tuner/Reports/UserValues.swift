/// A metric of every user in every completed trial, from the stored ranks.
struct UserValues {
  private let metric: RankMetric
  private let split: String
  private let name: String
  /// By trial number. Values are computed when they are needed: those of many trials would take four times the memory.
  private let ranks: [Int: [UInt16]]

  /// Users of each trial.
  let userCount: Int

  /// - Parameter name: Such as `test.ndcg@10`; the validation split is meant where none is named.
  /// - Parameter ranks: By trial number, of that split.
  /// - Returns: `nil` for a metric that is no function of a rank, or without ranks of the same users in all trials.
  init?(metric name: String, ranks: [Int: [UInt16]]) {
    split = Leaderboard.split(of: name)
    self.name = name.hasPrefix("\(split).") ? String(name.dropFirst(split.count + 1)) : name
    guard let metric = RankMetric(self.name), let userCount = ranks.values.first?.count, userCount > 0,
      ranks.values.allSatisfy({ $0.count == userCount })
    else { return nil }
    self.metric = metric
    self.userCount = userCount
    self.ranks = ranks
  }

  var fullName: String { "\(split).\(name)" }

  /// The row with this metric among its own, where the trial has ranks.
  func adding(to row: Leaderboard.Row) -> Leaderboard.Row {
    guard let ranks = ranks[row.trial] else { return row }
    var row = row
    row.metrics.append(SplitMetric(split: split, name: name, value: metric.values(of: ranks).mean))
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

/// How sure a trial's metric is, given that other users of the same kind could have been held out.
package struct Certainty: Sendable, Equatable {
  /// 95 % interval of the mean over users.
  package let interval: ConfidenceInterval

  /// Whether the trial cannot be told from the best one; see `BestSet`.
  package let mayBeBest: Bool
}
