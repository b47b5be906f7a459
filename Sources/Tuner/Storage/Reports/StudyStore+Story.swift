extension StudyStore {
  /// Everything known about a trial.
  ///
  /// Throws a `ReportError` if there is no trial with that number.
  public func story(of number: Int, in study: Study) throws -> TrialStory {
    try read { db in
      guard
        let row = try db.row("SELECT * FROM trial WHERE study_id = ? AND ordinal = ?", [study.id, number])
      else {
        let last =
          try db.value(Int.self, "SELECT max(ordinal) FROM trial WHERE study_id = ?", [study.id]) ?? 0
        throw ReportError(location: study.name, found: "no trial \(number)", expected: "a number from 1 to \(last)")
      }
      let (id, state) = (try row["id"] as Int64, TrialState(rawValue: try row["state"]) ?? .failed)
      let metrics = try Self.allMetrics(of: TrialSelection([id], db.dialect), db)[id] ?? []
      return try TrialStory(
        study: study.name, trial: number, state: state,
        isShelved: row["active"] == false,
        hyperparameters: Self.hyperparameters(of: id, db), failureKind: row["failure_kind"],
        failureMessage: row["failure_message"],
        value: Self.value(row["best_value"], of: state, metrics, study.definition), bestEpoch: row["best_epoch"],
        trainingSeconds: row["training_seconds"],
        startedAt: row["started_at"],
        finishedAt: row["finished_at"], repeated: Self.repeated(row, seed: study.definition.seed, db),
        attempts: Self.attempts(of: id, db), rungs: Self.rungs(of: id, number: number, in: study, db),
        curve: Self.curve(of: id, db), metrics: metrics)
    }
  }

  private static func repeated(_ row: SQLRow, seed: Int, _ db: Connection) throws -> (trial: Int, seed: Int)? {
    guard let original: Int64 = try row["repeat_of"] else { return nil }
    let number = try db.value(Int.self, "SELECT ordinal FROM trial WHERE id = ?", [original])
    return (number ?? 0, StudyDefinition.seed(seed, ofRepetition: try row["repeat"]))
  }

  /// A trial's entries in the pruning record, with its rank on the rung right after each.
  private static func rungs(of trial: Int64, number: Int, in study: Study, _ db: Connection) throws -> [TrialStory.Rung]
  {
    let entries = try db.rows(
      """
      SELECT decision.*, ordinal FROM decision JOIN trial ON trial.id = trial_id WHERE trial_id = ? ORDER BY decision.id
      """, [trial])
    let places = entries.isEmpty ? [:] : try ranks(of: number, in: study, db)
    return try entries.map { row in
      let place = places[try row["id"]]
      return try TrialStory.Rung(
        decision: PruningDecision(row), pruner: row["scheduler"], decidedAt: row["decided_at"], rank: place?.rank,
        count: place?.count)
    }
  }

  private static func ranks(
    of number: Int, in study: Study, _ db: Connection
  ) throws -> [Int64: (rank: Int, count: Int)] {
    var state = PruningState(study.definition.pruner, direction: study.definition.direction)
    var ranks: [Int64: (rank: Int, count: Int)] = [:]
    for (id, decision) in try record(of: study, db) {
      state.apply(decision)
      guard decision.trial == number else { continue }
      ranks[id] = state.rank(of: number, bracket: decision.bracket, epoch: decision.epoch)
    }
    return ranks
  }

  private static func attempts(of trial: Int64, _ db: Connection) throws -> [TrialStory.Attempt] {
    try db.rows("SELECT * FROM attempt WHERE trial_id = ? ORDER BY attempt", [trial]).map { row in
      try TrialStory.Attempt(
        number: row["attempt"], owner: row["owner"], startedAt: row["started_at"], endedAt: row["ended_at"],
        ending: row["ending"],
        seconds: row["seconds"], fromEpoch: row["from_epoch"], note: row["note"])
    }
  }

  private static func curve(of trial: Int64, _ db: Connection) throws -> [TrialStory.Observation] {
    let sql = "SELECT epoch, metric, value FROM learning_curve WHERE trial_id = ? ORDER BY epoch, metric"
    return try db.rows(sql, [trial]).map { row in
      try TrialStory.Observation(epoch: row["epoch"], metric: row["metric"], value: row["value"])
    }
  }
}
