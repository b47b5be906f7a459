import Literals

/// A study's completed trials with a metric value for each user, for comparisons.
package struct FinishedTrials: Sendable {
  /// A completed trial.
  package struct Trial: Sendable {
    package let number: Int
    package let hyperparameters: Hyperparameters

    /// The metric value of each user, times the user's weight; the users are the same in all trials.
    package let values: [Double]

    /// Each user's number of samples in relation to the mean, which is 1; `nil` if every user has one.
    package var weights: [Double]?

    /// The number of samples, if it is not that of users.
    package var samples: Int?

    /// Whether another trial has the same users.
    func hasSameUsers(as other: Self) -> Bool { values.count == other.values.count && weights == other.weights }
  }

  package let study: Study

  /// The held-out items, `valid` or `test`.
  package let split: String

  /// The metric's name, such as `ndcg@10`.
  package let name: String
  package let metric: RankMetric

  /// The ranking that the values are from.
  package let ranking: RankingChoice

  /// The trials, ordered by number.
  package let trials: [Trial]

  /// The numbers of completed trials without ranks in this ranking, since an earlier version has run them.
  package var unranked: [Int] = []

  /// The numbers of trials that the pruner has stopped, and whose training diverged.
  var prunedCount = 0, divergedCount = 0

  /// What is to be said of the ranking; `nil` if nothing.
  var statement: String? {
    let lines = [ranking.statement, RankingChoice.remark(onTrialsWithoutRanks: unranked.count)].compactMap(\.self)
    return lines.isEmpty ? nil : lines.joined(separator: " ")
  }

  /// The trial with this number.
  ///
  /// Throws a `ReportError` if it has not completed.
  package func trial(_ number: Int) throws(ReportError) -> Trial {
    guard let trial = trials.first(where: { $0.number == number }) else {
      guard !unranked.contains(number) else {
        throw ReportError(
          location: study.name,
          found: "no ranks of trial \(number) with this value of --repeatable, since an earlier version has run it",
          expected: "no --repeatable, or trials that this version has run")
      }
      let known = trials.map { "\($0.number)" }
      throw ReportError(
        location: study.name,
        problem: "found no completed trial \(number); "
          + (known.isEmpty
            ? "no trial has completed yet" : "expected one of \(known.joined(separator: ", ").cut(to: 60))"))
    }
    return trial
  }
}

extension StudyStore {
  /// The completed trials of a study and their users' values of a metric.
  ///
  /// Throws a `ReportError` if the metric is not a function of a rank, or if the split has no samples.
  ///
  /// - Parameters:
  ///   - name: A metric such as `ndcg@10`; the study's metric when `nil`.
  ///   - split: The held-out items, `valid` or `test`.
  ///   - isRepeatable: The value of `repeatable` whose ranking counts; `nil` for the study's own.
  package func finishedTrials(
    of study: Study, metric name: String?, split: String, isRepeatable: Bool? = nil
  ) throws -> FinishedTrials {
    let ranking = study.definition.ranking(isRepeatable: isRepeatable)
    let name = name ?? study.definition.metric
    guard let metric = RankMetric(name) else {
      throw ReportError(
        location: "--metric",
        found: "'\(name.inMessage)'" + (WholeMetric(name).map { ", which \($0.reason)" } ?? ""),
        expected: "hit, recall, mrr, map, ndcg or precision with a cut-off, such as ndcg@10")
    }
    let (rows, hyperparameters, ranks, pruned, diverged) = try read { db in
      let selection = TrialSelection(of: study.id, in: [.completed])
      return (
        try Self.trials(selection, db), try Self.allHyperparameters(of: selection, db),
        try ranking.isOwn
          ? Self.ranks(split: split, in: study, db)
          : OtherRanking(of: study, ranking, by: name, db).ranks(split: split),
        try Self.count(of: TrialSelection(of: study.id, in: [.pruned]), db),
        try Self.count(of: TrialSelection(of: study.id, in: [.diverged]), db)
      )
    }
    let trials = rows.compactMap { row in
      ranks[row.number].map {
        FinishedTrials.Trial(
          number: row.number, hyperparameters: Hyperparameters(hyperparameters[row.id] ?? []),
          values: metric.values(of: $0), weights: $0.weights, samples: $0.sampleCount)
      }
    }
    guard trials.isEmpty || trials.contains(where: { !$0.values.isEmpty }) else {
      throw ReportError(
        location: "--split", found: "\(split), for which \(study.name) has no samples",
        expected: "--split=\(split == "test" ? "valid" : "test")")
    }
    return FinishedTrials(
      study: study, split: split, name: name, metric: metric, ranking: ranking, trials: trials,
      unranked: ranking.isOwn ? [] : rows.map(\.number).filter { ranks[$0] == nil }, prunedCount: pruned,
      divergedCount: diverged)
  }

  private static func count(of selection: TrialSelection, _ db: Connection) throws -> Int {
    try db.value(Int.self, "SELECT count(*) FROM trial WHERE id IN (\(selection.sql))", selection.arguments) ?? 0
  }
}
