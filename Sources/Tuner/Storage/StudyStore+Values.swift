import GRDB

/// Values of trials that were validated only after their last epoch.
extension StudyStore {
  /// Copies the value of completed trials without one from their results.
  ///
  /// Earlier versions recorded none if only the end was validated (`eval_step=0`).
  static func recallValues(of study: Study, _ db: Database) throws {
    try db.execute(
      sql: """
        UPDATE trial SET best_value = \(valueAtEnd)
        WHERE study_id = :study AND state = 'completed' AND best_value IS NULL
        """, arguments: ["metric": study.definition.metric, "study": study.id])
  }

  /// The value in the results of a row of `trial`, as SQL with a parameter `:metric`; null unless the trial has completed.
  static let valueAtEnd = """
    (SELECT value FROM result
      WHERE trial_id = trial.id AND split = 'valid' AND metric = :metric AND trial.state = 'completed' AND EXISTS (
        SELECT 1 FROM user_rank WHERE trial_id = trial.id AND split = 'valid' AND length(ranks) > 0))
    """

  /// The value of a trial: from its row or, for a completed trial without one, from its results.
  static func value(
    _ recorded: Double?, of state: TrialState, _ metrics: [SplitMetric], _ definition: StudyDefinition
  ) -> Double? {
    guard recorded == nil, state == .completed else { return recorded }
    return metrics.first { $0.split == "valid" && $0.name == definition.metric }?.value
  }

  /// Whether a completed trial of a study has no value.
  static func lacksValues(_ study: Study, _ db: Database) throws -> Bool {
    try db.value(
      Bool.self,
      """
      SELECT EXISTS (
        SELECT 1 FROM trial WHERE study_id = ? AND best_value IS NULL AND state = 'completed' AND active = 1)
      """, [study.id]) ?? false
  }
}
