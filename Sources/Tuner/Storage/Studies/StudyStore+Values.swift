/// Values of trials that were validated only after their last epoch.
extension StudyStore {
  /// Copies the value of completed trials without one from their results.
  ///
  /// Earlier versions recorded none if only the end was validated (`eval_step=0`).
  static func recallValues(of study: Study, _ db: Connection) throws {
    try db.run(
      "UPDATE trial SET best_value = \(valueAtEnd) WHERE study_id = ? AND state = 'completed' AND best_value IS NULL",
      [study.definition.metric, study.id])
  }

  /// The value in the results of a row of `trial`, as SQL with one parameter, the metric; null unless the trial has completed.
  static let valueAtEnd = """
    (SELECT value FROM result
      WHERE trial_id = trial.id AND split = 'valid' AND metric = ? AND trial.state = 'completed' AND EXISTS (
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
  static func lacksValues(_ study: Study, _ db: Connection) throws -> Bool {
    try db.value(
      Bool.self,
      """
      SELECT EXISTS (
        SELECT 1 FROM trial WHERE study_id = ? AND best_value IS NULL AND state = 'completed' AND active = 1)
      """, [study.id]) ?? false
  }

  /// The first completed trial whose learning curve or result reaches a target, or `nil`.
  package func trial(reaching target: MetricTarget, in study: Study) throws -> Int? {
    let isReached = "\(target.sign) ?"
    return try read { db in
      try db.value(
        Int.self,
        """
        SELECT ordinal FROM trial
        WHERE study_id = ? AND active = 1 AND state = 'completed' AND (
          EXISTS (SELECT 1 FROM learning_curve WHERE trial_id = trial.id AND metric = ? AND value \(isReached))
          OR EXISTS (
            SELECT 1 FROM result
            WHERE trial_id = trial.id AND split = 'valid' AND metric = ? AND value \(isReached)))
        ORDER BY ordinal LIMIT 1
        """,
        [study.id, target.validationMetric, target.threshold, target.metric, target.threshold])
    }
  }

  /// The best value of a trial so far.
  package func value(of trial: ClaimedTrial) throws -> Double? {
    try read { try $0.value(Double.self, "SELECT best_value FROM trial WHERE id = ?", [trial.id]) }
  }
}
