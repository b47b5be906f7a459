/// The weights of a study's best trial, or of its best trials.
extension StudyStore {
  /// Whether a trial that ends with a result keeps its weights; if it does not now, it never will.
  func keepsWeights(_ trial: ClaimedTrial, _ result: TrialResult, _ definition: StudyDefinition) throws -> Bool {
    guard let value = result.bestValue, value.isFinite else { return false }
    let isWorse = definition.direction == .maximize ? "best_value > ?" : "best_value < ?"
    return try read { db in
      let count = try Self.keptWeights(of: trial.study, db)
      if trial.repetition > 0 {
        guard count > 1 else { return false }
        let keepers = try Self.bestTrials(count, of: trial.study, definition.direction, db)
        let original = try db.value(Int64.self, "SELECT repeat_of FROM trial WHERE id = ?", [trial.id])
        return original.map(keepers.contains) ?? false
      }
      return try db.value(
        Bool.self,
        """
        SELECT count(*) < ? FROM (
          SELECT 1 FROM trial WHERE study_id = ? AND state = 'completed' AND \(Self.contender)
          AND (\(isWorse) OR (best_value = ? AND ordinal < ?)) LIMIT ?) AS better
        """,
        [count, trial.study, value, value, trial.number, count]) ?? false
    }
  }

  /// The number of the best trials whose weights a study keeps; another process may have continued it with another number.
  private static func keptWeights(of study: Int64, _ db: Connection) throws -> Int {
    let invocation = try db.value(String.self, "SELECT invocation FROM study WHERE id = ?", [study])
    return invocation.map { StudyDefinition.keptWeights(in: $0) } ?? 1
  }

  /// Registers weights if they are still to be kept; returns the files that are no longer needed.
  static func keep(
    _ weights: SavedState, of trial: ClaimedTrial, _ study: Study, _ db: Connection
  ) throws -> [String] {
    let count = try keptWeights(of: trial.study, db)
    let keepers = try keepers(count, of: trial.study, study.definition.direction, db)
    guard keepers.contains(trial.id) else { return [weights.file] }
    let others = try dropWeights(
      of: trial.study, except: keepers.subtracting([trial.id]), includingShelved: count == 1, db)
    try db.run(
      "INSERT INTO weights (trial_id, file, bytes, sha256) VALUES (?, ?, ?, ?)",
      [trial.id, weights.file, weights.bytes, weights.sha256])
    return others.filter { $0 != weights.file }
  }

  /// The trials whose weights a study keeps: its best ones and, if these are several, their repeats.
  static func keepers(
    _ count: Int, of study: Int64, _ direction: Direction, _ db: Connection
  ) throws -> Set<Int64> {
    let best = Set(try bestTrials(count, of: study, direction, db))
    guard count > 1 else { return best }
    var all = best
    try db.each(
      "SELECT id, repeat_of FROM trial WHERE study_id = ? AND repeat > 0 AND state = 'completed'", [study]
    ) { row in
      if best.contains(try row["repeat_of"]) { all.insert(try row["id"]) }
    }
    return all
  }

  /// Removes the rows of weights of all trials but some; returns their files.
  ///
  /// - Parameter includingShelved: Whether trials lose them whose cells are not in the search space, to which they may return.
  private static func dropWeights(
    of study: Int64, except kept: Set<Int64>, includingShelved: Bool, _ db: Connection
  ) throws -> [String] {
    let trials = "SELECT id FROM trial WHERE study_id = ?\(includingShelved ? "" : " AND active = 1")"
    let rows = try db.rows("SELECT trial_id, file FROM weights WHERE trial_id IN (\(trials))", [study])
    var files: [String] = []
    for row in rows where try !kept.contains(row["trial_id"]) {
      try db.run("DELETE FROM weights WHERE trial_id = ?", [row["trial_id"] as Int64])
      files.append(try row["file"])
    }
    return files
  }

  /// Removes the rows of weights that a study no longer keeps after it was continued; returns their files.
  ///
  /// Those of shelved trials stay, and so does a single one.
  static func dropWeights(of study: Study, _ db: Connection) throws -> [String] {
    let condition = "trial_id IN (SELECT id FROM trial WHERE study_id = ?)"
    let trials = try db.values(Int64.self, "SELECT trial_id FROM weights WHERE \(condition)", [study.id])
    guard trials.count > 1 else { return [] }
    let keepers = try keepers(study.definition.keptWeights, of: study.id, study.definition.direction, db)
    guard trials.contains(where: keepers.contains) else { return [] }
    return try dropWeights(of: study.id, except: keepers, includingShelved: false, db)
  }

  /// The bytes of weights that a study keeps, with their trial and their place for messages, or `nil` if there are none.
  ///
  /// Throws a `StorageError` if they are missing or not those that were written.
  ///
  /// - Parameter trial: The number of the trial.
  public func savedWeights(of study: Study, trial: Int) throws -> (location: String, bytes: [UInt8])? {
    try read { db in
      let row = try db.row(
        """
        SELECT file, bytes, sha256 FROM weights JOIN trial ON trial.id = trial_id WHERE study_id = ? AND ordinal = ?
        """, [study.id, trial])
      guard let row else { return nil }
      let weights = states.weights(of: study.id)
      let snapshot = StudySnapshot(store: self, study: study, db: db)
      let remedy = "if a run has just replaced them, the same command again"
      return (weights.location(of: try row["file"]), try snapshot.state(row, in: weights, remedy: remedy))
    }
  }

  /// The weights that a study keeps of its best trial, or `nil` if there are none.
  ///
  /// If the search space has lost that trial's cell, they can be the weights of a shelved trial.
  ///
  /// - Returns: The trial; where its weights are, for messages; and whether they are there, `nil` if that is unknown.
  public func weights(of study: Study) throws -> (trial: Int, location: String, isPresent: Bool?)? {
    let kept: (trial: Int, file: String)? = try read { db in
      let row = try db.row(
        """
        SELECT ordinal, file FROM weights JOIN trial ON trial.id = trial_id WHERE study_id = ?
        ORDER BY active DESC, repeat, \(Self.bestFirst(study.definition.direction)) LIMIT 1
        """, [study.id])
      return try row.map { try ($0["ordinal"], $0["file"]) }
    }
    guard let kept else { return nil }
    let weights = states.weights(of: study.id)
    return (kept.trial, weights.location(of: kept.file), weights.contains(kept.file))
  }
}
