/// What a trial has when it ends.
struct TrialEndValues {
  var bestEpoch: Int?
  var bestValue: Double?

  /// Why it has no result.
  var failureKind: String?
  var failureMessage: String?
}

extension StudyStore {
  /// Changes the state of the trials that meet a condition and from whose state this is possible; nothing else changes a state.
  ///
  /// - Parameter owner: Who starts them.
  /// - Parameter end: What they have at their end.
  /// - Returns: The `id`, `ordinal`, `attempt` and `repeat` of these trials.
  @discardableResult
  static func apply(
    _ transition: TrialTransition, where condition: String, _ arguments: Connection.Arguments, owner: String? = nil,
    end: TrialEndValues? = nil, _ db: Connection
  ) throws -> [SQLRow] {
    let started =
      transition.to == .running
      ? ", attempt = attempt + 1, started_at = coalesce(started_at, \(Schema.now))" : ""
    let ended = end == nil ? "" : ", best_epoch = ?, best_value = ?"
    let best: Connection.Arguments = end.map { [$0.bestEpoch, $0.bestValue] } ?? []
    let states = transition.from.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    return try db.rows(
      """
      UPDATE trial SET state = ?, owner = ?, heartbeat_at = \(transition.to == .running ? Schema.now : "NULL"),
        finished_at = \(transition.to.isEnded ? Schema.now : "NULL"), failure_kind = ?, failure_message = ?\(started)\(ended)
      WHERE (\(condition)) AND state IN (\(states)) RETURNING id, ordinal, attempt, repeat
      """, [transition.to.rawValue, owner, end?.failureKind, end?.failureMessage] + best + arguments)
  }
}
