import Foundation
import Literals

extension StudyStore {
  /// The trials of a study from the best to the worst, as requested by the query.
  ///
  /// Throws a `ReportError` if the query names a parameter or a metric that the study does not have.
  public func leaderboard(of study: Study, _ query: LeaderboardQuery = LeaderboardQuery()) throws -> Leaderboard {
    let definition = study.definition
    let (counts, rows, failures, needsRanks) = try read { db in
      let first = try firstTrials(of: study, query, db)
      let rows = try Self.boardRows(
        first.map { TrialSelection($0, db.dialect) }
          ?? TrialSelection(of: study.id, where: "state IN ('completed', 'pruned', 'diverged')"), of: study, db)
      let failures = try Self.failures(TrialSelection(of: study.id, where: "state = 'failed'"), db)
      return (try Self.counts(of: study.id, repeats: false, db), rows, failures, first == nil)
    }
    let split = MetricName(query.sort ?? definition.metric).split
    return try Leaderboard(
      study: study.name, metric: definition.metric, direction: definition.direction, counts: counts, candidates: rows,
      failures: failures, ranks: needsRanks ? try ranks(split: split, in: study) : [:], query: query)
  }

  /// The trials that a query for the top few shows, if the database can select them; `nil` if all trials must be read.
  private func firstTrials(of study: Study, _ query: LeaderboardQuery, _ db: Connection) throws -> [Int64]? {
    guard let top = query.top, query.filters.isEmpty, query.sort == nil || query.sort == study.definition.metric else {
      return nil
    }
    // Whether a trial may be the best depends on all other trials.
    // The inner query makes SQLite begin with the ranks: where there are none, it is done at once.
    let hasRanks = try db.value(
      Bool.self,
      """
      SELECT EXISTS (
        SELECT 1 FROM user_rank WHERE EXISTS (SELECT 1 FROM trial WHERE trial.id = trial_id AND study_id = ?))
      """, [study.id])
    guard !query.measuresCertainty || hasRanks == false, try !Self.lacksValues(study, db) else { return nil }
    let ids = try db.values(
      Int64.self,
      """
      SELECT id FROM trial
      WHERE study_id = ? AND \(Self.candidate)
      ORDER BY \(Self.bestFirst(study.definition.direction)) LIMIT ?
      """, [study.id, top])
    return ids.count == top ? ids : nil
  }

  private static func boardRows(
    _ selection: TrialSelection, of study: Study, _ db: Connection
  ) throws -> [Leaderboard.Row] {
    let hyperparameters = try allHyperparameters(of: selection, db)
    let metrics = try allMetrics(of: selection, db)
    let repeats = try repeatedValues(of: study.id, db)
    return try db.rows(
      """
      SELECT id, ordinal, state, best_value, best_epoch, epoch_cost,
        (SELECT max(epoch) FROM observation WHERE trial_id = trial.id) AS epochs
      FROM trial WHERE id IN (\(selection.sql)) ORDER BY ordinal
      """, selection.arguments
    ).map { row in
      let (id, state) = (try row["id"] as Int64, TrialState(rawValue: try row["state"]) ?? .failed)
      let (epochs, epochCost): (Int?, Double?) = try (row["epochs"], row["epoch_cost"])
      let value = value(try row["best_value"], of: state, metrics[id] ?? [], study.definition)
      return try Leaderboard.Row(
        rank: 0, trial: row["ordinal"], state: state, value: state == .diverged ? nil : value,
        bestEpoch: row["best_epoch"], epochs: epochs ?? 0, cost: epochCost.map { $0 * Double(epochs ?? 0) },
        repeatedValues: repeats[id] ?? [], hyperparameters: Hyperparameters(hyperparameters[id] ?? []),
        metrics: metrics[id] ?? [])
    }
  }

  private static func failures(_ selection: TrialSelection, _ db: Connection) throws -> [Leaderboard.Failure] {
    let hyperparameters = try allHyperparameters(of: selection, db)
    return try db.rows(
      """
      SELECT id, ordinal, failure_kind, failure_message FROM trial WHERE id IN (\(selection.sql)) ORDER BY ordinal
      """, selection.arguments
    ).map { row in
      try Leaderboard.Failure(
        trial: row["ordinal"], kind: row["failure_kind"] ?? "", message: row["failure_message"] ?? "",
        hyperparameters: Hyperparameters(hyperparameters[row["id"]] ?? []))
    }
  }
}
