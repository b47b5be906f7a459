/// A running trial, as seen by a process that does not train it.
package struct RunningTrialRow: Sendable, Equatable {
  package let number: Int

  /// Whether it repeats another trial with another seed.
  package let isRepeat: Bool

  /// The job of a cluster's scheduler in which it runs, such as `12_3`; `nil` outside a job.
  package let job: String?

  /// The last epoch that was reported, and the most that it can have, if known.
  package let epoch: Int
  package let epochLimit: Int?

  package let hyperparameters: Hyperparameters
}

extension StudyStore {
  /// The running trials of a study, in the order of their numbers.
  package func runningTrials(of study: Study) throws -> [RunningTrialRow] {
    try read { db in
      try db.rows(
        """
        SELECT id, ordinal, repeat, epoch_limit, job, (SELECT max(epoch) FROM observation WHERE trial_id = trial.id) AS epoch
        FROM trial JOIN attempt ON attempt.trial_id = trial.id AND attempt.attempt = trial.attempt
        WHERE study_id = ? AND state = 'running' ORDER BY ordinal
        """, [study.id]
      ).map { row in
        try RunningTrialRow(
          number: row["ordinal"], isRepeat: (row["repeat"] as Int) > 0, job: row["job"], epoch: row["epoch"] ?? 0,
          epochLimit: row["epoch_limit"],
          hyperparameters: Self.hyperparameters(of: row["id"], db))
      }
    }
  }

  /// What tells a database on a server from all others, however it is called; `nil` for a file.
  package func serverDatabaseID() throws -> String? {
    guard server != nil else { return nil }
    return try read { try $0.value(String.self, "SELECT CAST(id AS text) FROM version") }
  }
}
