extension StudyStore {
  /// The names of all studies, newest first.
  public func studyNames() throws -> [String] {
    try read { db in try db.values(String.self, "SELECT name FROM study ORDER BY id DESC") }
  }

  /// The numbers of a study's trials, in order, whose digits begin with a text.
  ///
  /// - Parameter limit: The maximum number of answers.
  public func trialNumbers(of study: Study, beginningWith digits: String, limit: Int) throws -> [Int] {
    guard digits.allSatisfy({ ("0"..."9").contains($0) }) else { return [] }
    return try read { db in
      try db.values(
        Int.self,
        """
        SELECT ordinal FROM trial WHERE study_id = ? AND state <> 'shelved' AND CAST(ordinal AS TEXT) LIKE ?
        ORDER BY ordinal LIMIT ?
        """, [study.id, "\(digits)%", limit])
    }
  }

  /// The full names of the metrics that a study has measured, such as `test.mrr@10`; empty before its first result.
  public func measuredMetrics(of study: Study) throws -> [String] {
    try read { db in
      let trial = try db.value(
        Int64.self, "SELECT min(trial.id) FROM trial WHERE study_id = ? AND state = 'completed'", [study.id])
      guard let trial else { return [] }
      return try db.rows("SELECT split, metric FROM result WHERE trial_id = ? ORDER BY split, metric", [trial])
        .map { "\(try $0["split"] as String).\(try $0["metric"] as String)" }
    }
  }
}
