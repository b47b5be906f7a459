/// Why a trial ended without a result.
struct TrialFailure {
  let kind: String
  let message: String
}

extension StudyStore {
  /// Changes the state of the trials that meet a condition and from whose state this is possible; nothing else changes a state.
  ///
  /// - Parameter owner: Who starts them.
  /// - Parameter failure: Why they diverge or fail.
  /// - Returns: The `id`, `ordinal`, `attempt` and `repeat` of these trials.
  @discardableResult
  static func apply(
    _ transition: TrialTransition, where condition: String, _ arguments: Connection.Arguments, owner: String? = nil,
    failure: TrialFailure? = nil, _ db: Connection
  ) throws -> [SQLRow] {
    let started =
      transition.to == .running
      ? ", attempt = attempt + 1, started_at = coalesce(started_at, \(Schema.now))" : ""
    let states = transition.from.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    return try db.rows(
      """
      UPDATE trial SET state = ?, owner = ?, heartbeat_at = \(transition.to == .running ? Schema.now : "NULL"),
        finished_at = \(transition.to.isEnded ? Schema.now : "NULL"), failure_kind = ?, failure_message = ?\(started)
      WHERE \(condition) AND state IN (\(states)) RETURNING id, ordinal, attempt, repeat
      """, [transition.to.rawValue, owner, failure?.kind, failure?.message] + arguments)
  }
}
