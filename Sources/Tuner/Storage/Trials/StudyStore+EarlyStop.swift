extension StudyStore {
  /// Ends the study if the allowed number of consecutive trials brought no improvement; all later trials are shelved.
  ///
  /// - Returns: The last trial that counts, or `nil` while the study continues.
  package func endEarly(_ study: Study) throws -> Int? {
    guard study.definition.earlyStop != nil else { return nil }
    return try transaction(on: study.id) { try Self.endEarly(study, $0) }
  }

  static func endEarly(_ study: Study, _ db: Connection) throws -> Int? {
    guard let end = try earlyEnd(of: study, db) else { return nil }
    try db.run(
      """
      UPDATE trial SET active = 0
      WHERE study_id = ? AND \(Self.contender) AND (turn > ? OR (turn = ? AND ordinal > ?))
      """, [study.id, end.turn, end.turn, end.number])
    return end.number
  }

  static func earlyEnd(of study: Study, _ db: Connection) throws -> EarlyEnd? {
    guard let limit = study.definition.earlyStop else { return nil }
    var search = EarlyEnd.Search(limit: limit, study.definition.direction)
    try db.prefix(
      of:
        """
        SELECT ordinal, turn, state, best_value FROM trial WHERE study_id = ? AND \(stored) AND \(contender)
        ORDER BY turn, ordinal
        """, [study.id]
    ) { row in
      try search.look(
        at: EarlyEnd.Trial(
          number: row["ordinal"], turn: row["turn"], state: TrialState(rawValue: row["state"]) ?? .pending,
          value: row["best_value"]))
    }
    return search.end
  }
}
