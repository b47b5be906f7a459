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
  /// - Parameter end: What they have at their end.
  /// - Returns: The number of these trials.
  @discardableResult
  static func apply(
    _ transition: TrialTransition, where condition: String, _ arguments: Connection.Arguments,
    end: TrialEndValues? = nil, _ db: Connection
  ) throws -> Int {
    let (statement, arguments) = step(transition, where: condition, arguments, end: end, db)
    return try db.changes(statement, arguments)
  }

  /// Changes the state of a running trial; throws `TrialLost` if it no longer belongs to this attempt.
  static func apply(
    _ transition: TrialTransition, to trial: ClaimedTrial, end: TrialEndValues? = nil, _ db: Connection
  ) throws {
    let (statement, arguments) = step(
      transition, where: "id = ? AND owner = ? AND attempt = ?", [trial.id, trial.owner, trial.attempt], end: end, db)
    try db.changeRow(statement, arguments, orElse: trial.lost)
  }

  private static func step(
    _ transition: TrialTransition, where condition: String, _ arguments: Connection.Arguments, end: TrialEndValues?,
    _ db: Connection
  ) -> (statement: String, arguments: Connection.Arguments) {
    let ended = end == nil ? "" : ", best_epoch = ?, best_value = ?"
    let best: Connection.Arguments = end.map { [$0.bestEpoch, $0.bestValue] } ?? []
    return (
      change(transition, where: condition, and: ended, db.dialect),
      [transition.to.rawValue, nil as String?, end?.failureKind, end?.failureMessage] + best + arguments
    )
  }

  /// Starts a trial; returns its `ordinal`, `attempt` and `repeat`, or `nil` if it is not there to be started.
  static func start(_ trial: Int64, owner: String, _ db: Connection) throws -> SQLRow? {
    let statement = change(
      .start, where: "id = ?", and: ", attempt = attempt + 1, started_at = coalesce(started_at, \(db.dialect.now))",
      db.dialect)
    let none: String? = nil
    return try db.row(
      "\(statement) RETURNING ordinal, attempt, repeat",
      [TrialTransition.start.to.rawValue, owner, none, none, trial])
  }

  /// A statement that makes a step in the life of trials.
  ///
  /// Its arguments: the new state, the owner, the kind and the message of a failure; then those of `changes` and of `condition`.
  private static func change(
    _ transition: TrialTransition, where condition: String, and changes: String, _ dialect: Dialect
  ) -> String {
    let states = statesBefore[transition] ?? "NULL"
    var changes = changes
    if transition.from == [.running] {
      changes += ", training_seconds = (SELECT sum(seconds) FROM attempt WHERE trial_id = trial.id)"
    }
    if transition == .complete {
      changes += ", completed_after = (SELECT revision FROM study_revision AS now WHERE now.study_id = trial.study_id)"
    }
    return """
      UPDATE trial SET state = ?, owner = ?, heartbeat_at = \(transition.to == .running ? dialect.now : "NULL"),
        finished_at = \(transition.to.isEnded ? dialect.now : "NULL"), failure_kind = ?, failure_message = ?\(changes)
      WHERE (\(condition)) AND state IN (\(states))
      """
  }

  /// The states in which a transition is possible, as SQL lists them.
  private static let statesBefore = Dictionary(
    uniqueKeysWithValues: TrialTransition.allCases.map { transition in
      (transition, transition.from.map { "'\($0.rawValue)'" }.joined(separator: ", "))
    })
}
