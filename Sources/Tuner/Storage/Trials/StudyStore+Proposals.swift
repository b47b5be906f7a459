extension StudyStore {
  /// The next point of a study whose sampler learns from results, or `nil` if there is no other possible one.
  ///
  /// A function of the space, the seed, and what the study's trials brought so far.
  func propose(
    for study: Study, where isPossible: (Hyperparameters) -> Bool, _ db: Connection
  ) throws -> Hyperparameters? {
    let definition = study.definition
    let space = try SearchSpace(parsing: definition.searchSpace, file: study.name)
    let points = try Self.allHyperparameters(of: study.id, db)
    let trials = try db.rows(
      "SELECT id, ordinal, state, best_value FROM trial WHERE study_id = ? AND \(Self.contender) ORDER BY ordinal",
      [study.id]
    ).map { row in
      let id: Int64 = try row["id"]
      return Evaluation.Trial(
        id: id, number: try row["ordinal"], hyperparameters: Hyperparameters(points[id] ?? []),
        state: TrialState(rawValue: try row["state"]) ?? .failed, value: try row["best_value"])
    }
    let rungs: (() throws -> [Evaluation.Arrival])? =
      definition.pruner.isHalving ? { try self.arrivals(in: study, db) } : nil
    let history = try Evaluation.history(of: trials, arrivals: rungs, definition.direction)
    return TPESampler(space, seed: definition.seed).propose(
      number: trials.count, history: history, where: isPossible)
  }

  private func arrivals(in study: Study, _ db: Connection) throws -> [Evaluation.Arrival] {
    try db.rows(
      """
      SELECT trial_id, epoch, value FROM decision JOIN trial ON trial.id = trial_id
      WHERE decision.study_id = ? AND scheduler = ? AND active = 1 AND action IN ('stop', 'proceed', 'passed')
      """, [study.id, study.definition.pruner.description]
    ).map { try Evaluation.Arrival(trial: $0["trial_id"], epoch: $0["epoch"], value: $0["value"]) }
  }
}
