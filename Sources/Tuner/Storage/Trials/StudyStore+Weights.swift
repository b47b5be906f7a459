/// The weights of a study's best trial.
extension StudyStore {
  /// Whether a result is better than those of all completed trials; if it is not, it never will be.
  func isBest(_ trial: ClaimedTrial, _ result: TrialResult, _ definition: StudyDefinition) throws -> Bool {
    guard trial.repetition == 0, let value = result.bestValue, value.isFinite else { return false }
    let isWorse = definition.direction == .maximize ? "best_value > ?" : "best_value < ?"
    return try read { db in
      try db.value(
        Bool.self,
        """
        SELECT NOT EXISTS (
          SELECT 1 FROM trial WHERE study_id = ? AND state = 'completed' AND \(Self.contender)
          AND (\(isWorse) OR (best_value = ? AND ordinal < ?)))
        """, [trial.study, value, value, trial.number]) ?? false
    }
  }

  /// Registers weights if they are still the best; returns the files that are no longer needed.
  static func keep(
    _ weights: SavedState, of trial: ClaimedTrial, _ definition: StudyDefinition, _ db: Connection
  ) throws -> [String] {
    let best = try db.value(
      Int64.self,
      """
      SELECT id FROM trial
      WHERE study_id = ? AND \(Self.candidate)
      ORDER BY \(Self.bestFirst(definition.direction)) LIMIT 1
      """, [trial.study])
    guard best == trial.id else { return [weights.file] }
    let condition = "trial_id IN (SELECT id FROM trial WHERE study_id = ?)"
    let others = try db.values(String.self, "SELECT file FROM weights WHERE \(condition)", [trial.study])
    try db.run("DELETE FROM weights WHERE \(condition)", [trial.study])
    try db.run(
      "INSERT INTO weights (trial_id, file, bytes, sha256) VALUES (?, ?, ?, ?)",
      [trial.id, weights.file, weights.bytes, weights.sha256])
    return others.filter { $0 != weights.file }
  }

  /// The bytes of the weights that a study keeps, with their trial and their place for messages, or `nil` if there are none.
  ///
  /// Throws a `StorageError` if they are missing or not those that were written.
  public func savedWeights(of study: Study) throws -> (trial: Int, location: String, bytes: [UInt8])? {
    try read { db in
      let row = try db.row(
        "SELECT ordinal, file, bytes, sha256 FROM weights JOIN trial ON trial.id = trial_id WHERE study_id = ?",
        [study.id])
      guard let row else { return nil }
      let weights = states.weights(of: study.id)
      let snapshot = StudySnapshot(store: self, study: study, db: db)
      let remedy = "if a run has just replaced them, the same command again"
      return (
        try row["ordinal"], weights.location(of: try row["file"]), try snapshot.state(row, in: weights, remedy: remedy)
      )
    }
  }

  /// The weights that a study keeps, which are those of its best completed trial, or `nil` if there are none.
  ///
  /// If the search space has lost that trial's cell, they can be the weights of a shelved trial.
  ///
  /// - Returns: The trial; where its weights are, for messages; and whether they are there, `nil` if that is unknown.
  public func weights(of study: Study) throws -> (trial: Int, location: String, isPresent: Bool?)? {
    let kept: (trial: Int, file: String)? = try read { db in
      let row = try db.row(
        "SELECT ordinal, file FROM weights JOIN trial ON trial.id = trial_id WHERE study_id = ?", [study.id])
      return try row.map { try ($0["ordinal"], $0["file"]) }
    }
    guard let kept else { return nil }
    let weights = states.weights(of: study.id)
    return (kept.trial, weights.location(of: kept.file), weights.contains(kept.file))
  }
}
