/// A trial as lists of trials need it.
struct TrialRow: Sendable, Equatable {
  let id: Int64
  let number: Int
  let state: TrialState
  let bestValue: Double?
  let bestEpoch: Int?

  /// The number of epochs trained.
  let epochs: Int

  /// The most epochs that the trial can have, if known.
  let epochLimit: Int?

  /// The number of times that the trial was started.
  let attempts: Int

  /// Floating-point operations of an epoch; `nil` if unknown.
  let epochCost: Double?

  /// The training time in seconds.
  let seconds: Double
  let failureKind: String?
  let failureMessage: String?
}

/// A trial with what only a report about it alone needs.
struct TrialDetails: Sendable, Equatable {
  let id: Int64
  let state: TrialState

  /// Whether the trial's cell is in the search space.
  let isActive: Bool
  let bestValue: Double?
  let bestEpoch: Int?

  /// The training time in seconds.
  let seconds: Double
  let startedAt: String?
  let finishedAt: String?
  let failureKind: String?
  let failureMessage: String?

  /// The id of the trial that this one repeats with another seed, and the number of the repeat, from 1; otherwise `nil`
  /// and 0.
  let repeatOf: Int64?
  let repetition: Int
}

extension StudyStore {
  /// The selected trials, ordered by number.
  static func trials(_ selection: TrialSelection, _ db: Connection) throws -> [TrialRow] {
    try db.rows(
      """
      SELECT id, ordinal, state, best_value, best_epoch, epoch_limit, attempt, epoch_cost, training_seconds, failure_kind,
        failure_message,
        (SELECT max(epoch) FROM observation WHERE trial_id = trial.id) AS epochs
      FROM trial WHERE id IN (\(selection.sql)) ORDER BY ordinal
      """, selection.arguments
    ).map { row in
      try TrialRow(
        id: row["id"], number: row["ordinal"], state: TrialState(rawValue: row["state"]) ?? .failed,
        bestValue: row["best_value"], bestEpoch: row["best_epoch"], epochs: row["epochs"] ?? 0,
        epochLimit: row["epoch_limit"], attempts: row["attempt"], epochCost: row["epoch_cost"],
        seconds: row["training_seconds"], failureKind: row["failure_kind"], failureMessage: row["failure_message"])
    }
  }

  /// The trial with a number, or `nil`.
  static func details(of number: Int, in study: Study, _ db: Connection) throws -> TrialDetails? {
    try db.row("SELECT * FROM trial WHERE study_id = ? AND ordinal = ?", [study.id, number]).map { row in
      try TrialDetails(
        id: row["id"], state: TrialState(rawValue: row["state"]) ?? .failed, isActive: row["active"],
        bestValue: row["best_value"], bestEpoch: row["best_epoch"], seconds: row["training_seconds"],
        startedAt: row["started_at"], finishedAt: row["finished_at"], failureKind: row["failure_kind"],
        failureMessage: row["failure_message"], repeatOf: row["repeat_of"], repetition: row["repeat"])
    }
  }

  /// The number of a trial, or `nil`.
  static func number(of trial: Int64, _ db: Connection) throws -> Int? {
    try db.value(Int.self, "SELECT ordinal FROM trial WHERE id = ?", [trial])
  }

  /// The largest number of a study's trials; 0 if there is none.
  static func lastNumber(in study: Study, _ db: Connection) throws -> Int {
    try db.value(Int.self, "SELECT max(ordinal) FROM trial WHERE study_id = ?", [study.id]) ?? 0
  }

  /// The best completed trials, the best first.
  ///
  /// - Parameter count: The maximum number of trials.
  static func bestTrials(_ count: Int, of study: Study, _ db: Connection) throws -> [Int64] {
    try bestTrials(count, of: study.id, study.definition.direction, db)
  }

  static func bestTrials(_ count: Int, of study: Int64, _ direction: Direction, _ db: Connection) throws -> [Int64] {
    try db.values(
      Int64.self,
      """
      SELECT id FROM trial
      WHERE study_id = ? AND \(candidate)
      ORDER BY \(bestFirst(direction)) LIMIT ?
      """, [study, count])
  }
}
