import Literals
import Tuner

/// A study's completed trials with a metric value for each user, for comparisons.
struct FinishedTrials {
  /// A completed trial.
  struct Trial {
    let number: Int
    let hyperparameters: Hyperparameters

    /// The metric value of each user; the users are the same in all trials.
    let values: [Double]
  }

  let study: Study
  let split: String
  let name: String
  let metric: RankMetric
  let trials: [Trial]

  /// - Parameter metricName: Such as `ndcg@10`; the study's metric when `nil`.
  /// - Throws: `CommandError.input` if the metric is not a function of a rank, or if the split has no samples.
  init(of study: Study, metric metricName: String?, split: String, in store: StudyStore) throws {
    name = metricName ?? study.definition.metric
    guard let metric = RankMetric(name) else {
      throw CommandError.input(
        "--metric: found '\(name.inMessage)'; expected hit, recall, mrr, map, ndcg or precision with a cut-off, such as ndcg@10"
      )
    }
    self.study = study
    self.split = split
    self.metric = metric
    let ranks = try store.ranks(split: split, in: study)
    trials = try store.leaderboard(of: study, LeaderboardQuery(measuresCertainty: false)).rows.sorted {
      $0.trial < $1.trial
    }.compactMap { row in
      ranks[row.trial].map {
        Trial(number: row.trial, hyperparameters: row.hyperparameters, values: metric.values(of: $0))
      }
    }
    guard trials.isEmpty || trials.contains(where: { !$0.values.isEmpty }) else {
      throw CommandError.input(
        "--split: found \(split), for which \(study.name) has no samples; expected --split=\(split == "test" ? "valid" : "test")"
      )
    }
  }

  /// The trial with this number.
  ///
  /// - Throws: `CommandError.input` when it has not completed.
  func trial(_ number: Int) throws(CommandError) -> Trial {
    guard let trial = trials.first(where: { $0.number == number }) else {
      let known = trials.map { "\($0.number)" }
      throw .input(
        "\(study.name): found no completed trial \(number); "
          + (known.isEmpty
            ? "no trial has completed yet"
            : "expected one of \(ProgressText.cut(known.joined(separator: ", "), to: 60))"))
    }
    return trial
  }
}
