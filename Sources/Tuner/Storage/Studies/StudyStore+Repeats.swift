extension StudyStore {
  /// Adds trials that repeat others with additional seeds, to be run after everything else.
  ///
  /// Existing repeats are kept; unfinished repeats of other trials are shelved.
  ///
  /// - Parameter numbers: The trials to repeat.
  /// - Parameter count: The number of repeats of each trial.
  /// - Returns: The number of repeats still to be run.
  package func addRepeats(of numbers: [Int], count: Int, in study: Study) throws -> Int {
    let count = try transaction(on: study.id) { db in
      try db.run("UPDATE trial SET active = 0 WHERE study_id = ? AND repeat > 0 AND state = 'pending'", [study.id])
      var last =
        try db.value(Int.self, "SELECT max(ordinal) FROM trial WHERE study_id = ?", [study.id]) ?? 0
      for repetition in stride(from: 1, through: count, by: 1) {
        for number in numbers {
          if try Self.addRepeat(repetition, of: number, numbered: last &+ 1, in: study, db) { last &+= 1 }
        }
      }
      FaultPoint.repeatsUncommitted.pass()
      return try db.value(
        Int.self,
        """
        SELECT count(*) FROM trial
        WHERE study_id = ? AND repeat > 0 AND active = 1 AND state IN ('pending', 'running')
        """, [study.id]) ?? 0
    }
    FaultPoint.repeatsCommitted.pass()
    return count
  }

  /// Adds or restores a repeat; returns true if it is new.
  private static func addRepeat(
    _ repetition: Int, of number: Int, numbered ordinal: Int, in study: Study, _ db: Connection
  ) throws -> Bool {
    guard
      let original = try db.row("SELECT * FROM trial WHERE study_id = ? AND ordinal = ?", [study.id, number])
    else { return false }
    let id: Int64 = try original["id"]
    let cell = try hyperparameters(of: id, db)
    let restored = try db.changes(
      "UPDATE trial SET active = 1 WHERE repeat_of = ? AND repeat = ?", [id, repetition])
    guard restored == 0 else { return false }
    let new = try db.insert(
      """
      INSERT INTO trial (
        study_id, ordinal, fingerprint, configuration, turn, epoch_cost, epoch_limit, repeat_of, repeat)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
      """,
      [
        study.id, ordinal, study.definition.fingerprint(of: cell, repetition: repetition), cell.json,
        repeatTurn + ordinal, try original["epoch_cost"] as Double?, try original["epoch_limit"] as Int?, id,
        repetition,
      ])
    try writeParameters(cell, of: new, db)
    return true
  }

  /// An offset that makes the turn of repeats later than that of any other trial.
  private static let repeatTurn = 1 << 32

  /// Shelves repeats that the study does not ask for or whose trial is shelved; ended repeats are restored together with their trial.
  static func shelveRepeats(beyond count: Int, in study: Study, _ db: Connection) throws {
    try db.run(
      """
      UPDATE trial SET active = CASE
        WHEN state = 'pending' AND repeat > ? THEN 0
        ELSE (SELECT original.active FROM trial AS original WHERE original.id = trial.repeat_of) END
      WHERE study_id = ? AND repeat > 0
      """, [count, study.id])
  }
}
