import GRDB

extension StudyStore {
  /// The next point of a study whose sampler learns from results, or `nil` if there is no other possible one.
  ///
  /// A function of the space, the seed, and what the study's trials brought so far.
  func propose(for study: Study, where isPossible: (Hyperparameters) -> Bool, _ db: Database) throws -> Hyperparameters?
  {
    let definition = study.definition
    let space = try SearchSpace(parsing: definition.searchSpace, file: study.name)
    let points = try Self.allHyperparameters(of: study.id, db)
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT id, ordinal, state, best_value FROM trial WHERE study_id = ? AND repeat = 0 AND active = 1
        ORDER BY ordinal
        """, arguments: [study.id])
    let rung = try rungToLearnFrom(study, db)
    let history = rows.map { row in
      let id: Int64 = row["id"]
      let outcome: Evaluation.Outcome =
        if let rung {
          rung[id].map { Self.outcome(of: $0, definition.direction) }
            ?? Self.outcome(of: row, isWorse: true, definition)
        } else {
          Self.outcome(of: row, isWorse: false, definition)
        }
      return Evaluation(
        number: row["ordinal"], hyperparameters: Hyperparameters(points[id] ?? []), outcome: outcome)
    }
    return TPESampler(space, seed: definition.seed).propose(
      number: rows.count, history: history, where: isPossible)
  }

  /// The values, by trial, on the highest rung with enough trials to learn from; `nil` if there is no such rung.
  ///
  /// Values after different numbers of epochs are not comparable. Trials that did not get that far were worse than others that did.
  ///
  /// Source: Falkner, Klein and Hutter, *BOHB: Robust and Efficient Hyperparameter Optimization at Scale*, 2018, section 3.2.
  private func rungToLearnFrom(_ study: Study, _ db: Database) throws -> [Int64: Double?]? {
    guard study.definition.pruner.isHalving else { return nil }
    let completed = try Row.fetchAll(
      db,
      sql: """
        SELECT id, best_value FROM trial WHERE study_id = ? AND repeat = 0 AND active = 1 AND state = 'completed'
        """, arguments: [study.id])
    if completed.count >= TPESampler.startupCount {
      return Dictionary(completed.map { ($0["id"], $0["best_value"]) }) { $1 }
    }
    let arrivals = try Row.fetchAll(
      db,
      sql: """
        SELECT trial_id, epoch, value FROM decision JOIN trial ON trial.id = trial_id
        WHERE decision.study_id = ? AND scheduler = ? AND active = 1 AND action IN ('stop', 'proceed', 'passed')
        """, arguments: [study.id, study.definition.pruner.description])
    let rungs = Dictionary(grouping: arrivals) { $0["epoch"] as Int }
    return rungs.filter { $0.value.count >= TPESampler.startupCount }.max { $0.key < $1.key }
      .map { _, rows in Dictionary(rows.map { ($0["trial_id"], $0["value"]) }) { $1 } }
  }

  private static func outcome(of value: Double?, _ direction: Direction) -> Evaluation.Outcome {
    value.map { .loss(direction == .maximize ? -$0 : $0) } ?? .failed
  }

  /// - Parameter isWorse: Whether a pruned trial counts as worse than all compared trials.
  private static func outcome(of row: Row, isWorse: Bool, _ definition: StudyDefinition) -> Evaluation.Outcome {
    switch TrialState(rawValue: row["state"]) {
    case .completed: outcome(of: row["best_value"], definition.direction)
    case .pruned: isWorse ? .failed : outcome(of: row["best_value"], definition.direction)
    case .pending, .running: .running
    default: .failed
    }
  }
}
