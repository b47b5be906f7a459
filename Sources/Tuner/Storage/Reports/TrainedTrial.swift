/// A completed trial, with what it was trained from and what another training of it has to give again.
public struct TrainedTrial: Sendable {
  public let number: Int
  public let hyperparameters: Hyperparameters

  /// The number of the trial that this one repeats with another seed, or `nil`.
  public let repeated: Int?

  /// The number of the repeat, from 1; 0 for the study's own seed.
  public let repetition: Int

  /// The epoch whose weights were measured, counted from 1.
  public let bestEpoch: Int?

  /// The value of the study's metric, or `nil` without validation samples.
  public let bestValue: Double?

  /// Floating-point operations of the training; `nil` if unknown.
  public let cost: Double?

  /// The training time in seconds.
  public let seconds: Double

  /// The ranks of the held-out items, by split; empty in studies of early versions.
  public let ranks: [String: UserRanks]
}

extension StudyStore {
  /// A completed trial of a study, which may repeat another one.
  ///
  /// Throws a `ReportError` if there is no such trial, or if it has not completed.
  public func trainedTrial(_ number: Int, of study: Study) throws -> TrainedTrial {
    try read { db in
      guard let trial = try Self.details(of: number, in: study, db) else {
        throw ReportError(
          location: study.name, found: "no trial \(number)",
          expected: "a number from 1 to \(try Self.lastNumber(in: study, db))")
      }
      guard trial.state == .completed else {
        throw ReportError(
          location: study.name, found: "trial \(number), which is \(trial.state.rawValue)",
          expected: "a completed trial, since others have no weights")
      }
      var ranks: [String: UserRanks] = [:]
      try db.each("SELECT split, ranks FROM user_rank WHERE trial_id = ?", [trial.id]) { row in
        ranks[try row["split"]] = UserRanks(bytes: try row["ranks"])
      }
      let row = try Self.trials(TrialSelection([trial.id], db.dialect), db).first
      return TrainedTrial(
        number: number, hyperparameters: try Self.hyperparameters(of: trial.id, db),
        repeated: try trial.repeatOf.flatMap { try Self.number(of: $0, db) }, repetition: trial.repetition,
        bestEpoch: trial.bestEpoch, bestValue: trial.bestValue,
        cost: row.flatMap { row in row.epochCost.map { $0 * Double(row.epochs) } }, seconds: trial.seconds,
        ranks: ranks)
    }
  }

  /// The numbers of the best completed trials, the best first.
  ///
  /// - Parameter count: The maximum number of trials.
  public func bestTrials(_ count: Int, of study: Study) throws -> [Int] {
    try read { db in try Self.bestTrials(count, of: study, db).compactMap { try Self.number(of: $0, db) } }
  }

  /// The numbers of the completed trials that repeat a trial with other seeds, in increasing order.
  public func repeats(of number: Int, in study: Study) throws -> [Int] {
    try read { db in
      try db.values(
        Int.self,
        """
        SELECT again.ordinal FROM trial AS again JOIN trial AS origin ON origin.id = again.repeat_of
        WHERE origin.study_id = ? AND origin.ordinal = ? AND again.active = 1 AND again.state = 'completed'
          AND again.best_value IS NOT NULL
        ORDER BY again.ordinal
        """, [study.id, number])
    }
  }
}
