/// Where a search ended because of missing improvement.
struct EarlyEnd: Sendable {
  /// The last trial that belongs to the study, and its turn.
  let number: Int
  let turn: Int
}

extension StudyStore {
  /// Ends the study if the allowed number of consecutive trials brought no improvement; all later trials are shelved.
  ///
  /// - Returns: The last trial that counts, or `nil` while the study continues.
  package func endEarly(_ study: Study) throws -> Int? {
    guard study.definition.earlyStop != nil else { return nil }
    return try transaction { try Self.endEarly(study, $0) }
  }

  static func endEarly(_ study: Study, _ db: Connection) throws -> Int? {
    guard let end = try earlyEnd(of: study, db) else { return nil }
    try db.run(
      """
      UPDATE trial SET active = 0
      WHERE study_id = ? AND repeat = 0 AND active = 1 AND (turn > ? OR (turn = ? AND ordinal > ?))
      """, [study.id, end.turn, end.turn, end.number])
    return end.number
  }

  /// Where the search ends, taking the trials in their order, regardless of the order in which they ended.
  ///
  /// The count is 1 after the first trial, 0 after a trial better than all before it, and one more after any other trial. The search
  /// ends when it reaches the limit.
  ///
  /// Source: hyperopt 0.2.5, `no_progress_loss`, as RecBole 1.2.1 uses it.
  static func earlyEnd(of study: Study, _ db: Connection) throws -> EarlyEnd? {
    guard let limit = study.definition.earlyStop else { return nil }
    let rows = try db.rows(
      """
      SELECT ordinal, turn, state, best_value FROM trial WHERE study_id = ? AND repeat = 0 AND active = 1
      ORDER BY turn, ordinal
      """, [study.id])
    var best: Double?
    var count = 0
    var isFirst = true
    for row in rows {
      guard let state = TrialState(rawValue: try row["state"]), state.isEnded else { return nil }
      let value: Double? = state == .completed ? try row["best_value"] : nil
      let isBetter = value.map { value in best.map { study.definition.direction.prefers(value, to: $0) } ?? true }
      if isBetter == true { best = value }
      count = isFirst ? 1 : isBetter == true ? 0 : count + 1
      if !isFirst, count >= limit { return try EarlyEnd(number: row["ordinal"], turn: row["turn"]) }
      isFirst = false
    }
    return nil
  }
}
