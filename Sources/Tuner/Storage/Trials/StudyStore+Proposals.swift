extension StudyStore {
  /// The next point of a study whose sampler learns from results, or `nil` if there is no other possible one.
  ///
  /// A function of the space, the seed, and what the study's trials brought so far.
  func propose(for study: Study, where isPossible: (Hyperparameters) -> Bool, _ db: Connection) throws
    -> Hyperparameters?
  {
    let definition = study.definition
    let space = try SearchSpace(parsing: definition.searchSpace, file: study.name)
    let points = try Self.allHyperparameters(of: study.id, db)
    let rows = try db.rows(
      """
      SELECT id, ordinal, state, best_value FROM trial WHERE study_id = ? AND repeat = 0 AND active = 1
      ORDER BY ordinal
      """, [study.id])
    let rung = try rungToLearnFrom(study, db)
    let history = try rows.map { row in
      let id: Int64 = try row["id"]
      let outcome =
        if let value = rung?[id] {
          Self.outcome(of: value, definition.direction)
        } else {
          try Self.outcome(of: row, isWorse: rung != nil, definition)
        }
      return Evaluation(
        number: try row["ordinal"], hyperparameters: Hyperparameters(points[id] ?? []), outcome: outcome)
    }
    return TPESampler(space, seed: definition.seed).propose(
      number: rows.count, history: history, where: isPossible)
  }

  /// The values, by trial, on the highest rung with enough trials to learn from; `nil` if there is no such rung.
  ///
  /// Values after different numbers of epochs are not comparable. Trials that did not get that far were worse than others that did.
  ///
  /// Source: Falkner, Klein and Hutter, *BOHB: Robust and Efficient Hyperparameter Optimization at Scale*, 2018, section 3.2.
  private func rungToLearnFrom(_ study: Study, _ db: Connection) throws -> [Int64: Double?]? {
    guard study.definition.pruner.isHalving else { return nil }
    let completed = try db.rows(
      """
      SELECT id, best_value FROM trial WHERE study_id = ? AND repeat = 0 AND active = 1 AND state = 'completed'
      """, [study.id])
    if completed.count >= TPESampler.startupCount {
      return Dictionary(try completed.map { try ($0["id"], $0["best_value"]) }) { $1 }
    }
    let arrivals = try db.rows(
      """
      SELECT trial_id, epoch, value FROM decision JOIN trial ON trial.id = trial_id
      WHERE decision.study_id = ? AND scheduler = ? AND active = 1 AND action IN ('stop', 'proceed', 'passed')
      """, [study.id, study.definition.pruner.description])
    let rungs = try Dictionary(grouping: arrivals) { try $0["epoch"] as Int }
    return try rungs.filter { $0.value.count >= TPESampler.startupCount }.max { $0.key < $1.key }
      .map { _, rows in Dictionary(try rows.map { try ($0["trial_id"], $0["value"]) }) { $1 } }
  }

  private static func outcome(of value: Double?, _ direction: Direction) -> Evaluation.Outcome {
    value.map { .loss(direction == .maximize ? -$0 : $0) } ?? .failed
  }

  /// - Parameter isWorse: Whether a pruned trial counts as worse than all compared trials.
  private static func outcome(of row: SQLRow, isWorse: Bool, _ definition: StudyDefinition) throws
    -> Evaluation.Outcome
  {
    switch TrialState(rawValue: try row["state"]) {
    case .completed: outcome(of: try row["best_value"], definition.direction)
    case .pruned: isWorse ? .failed : outcome(of: try row["best_value"], definition.direction)
    case .pending, .running: .running
    default: .failed
    }
  }
}
