extension StudyStore {
  /// The ranks of a split's held-out items, or `nil` if the trial has none.
  public func ranks(of number: Int, split: String, in study: Study) throws -> UserRanks? {
    let bytes = try read { db in
      try db.value(
        [UInt8].self,
        """
        SELECT ranks FROM user_rank JOIN trial ON trial.id = trial_id
        WHERE study_id = ? AND ordinal = ? AND split = ?
        """, [study.id, number, split])
    }
    return bytes.map(UserRanks.init(bytes:))
  }

  /// The same for every completed trial that has ranks, by trial number.
  static func ranks(split: String, in study: Study, _ db: Connection) throws -> [Int: UserRanks] {
    var ranks: [Int: UserRanks] = [:]
    try db.each(
      """
      SELECT ordinal, ranks FROM user_rank JOIN trial ON trial.id = trial_id
      WHERE study_id = ? AND split = ? AND \(contender) AND state = 'completed'
      """, [study.id, split]
    ) { row in
      ranks[try row["ordinal"]] = UserRanks(bytes: try row["ranks"])
    }
    return ranks
  }

  /// The same for some completed trials, by trial number.
  static func ranks(of trials: [TrialRow], split: String, _ db: Connection) throws -> [Int: UserRanks] {
    let numbers = Dictionary(trials.map { ($0.id, $0.number) }) { $1 }
    let selection = TrialSelection(trials.map(\.id), db.dialect)
    var ranks: [Int: UserRanks] = [:]
    try db.each(
      "SELECT trial_id, ranks FROM user_rank WHERE trial_id IN (\(selection.sql)) AND split = ?",
      selection.arguments + [split]
    ) { row in
      if let number = numbers[try row["trial_id"]] { ranks[number] = UserRanks(bytes: try row["ranks"]) }
    }
    return ranks
  }

  /// The 95 % confidence interval of the study's metric of a trial, over validation users; `nil` if it is no function of ranks.
  package func interval(of number: Int, in study: Study) throws -> ConfidenceInterval? {
    guard let metric = RankMetric(MetricName(study.definition.metric).name),
      let ranks = try ranks(of: number, split: "valid", in: study), !ranks.isEmpty
    else { return nil }
    return metric.interval(of: ranks)
  }

  /// The trial that competes and has the best value so far, running and paused ones included; `nil` before the first validation.
  package func best(
    in study: Study
  ) throws -> (trial: Int, epoch: Int?, value: Double, hyperparameters: Hyperparameters)? {
    try read { db in
      let row = try db.row(
        """
        SELECT id, ordinal, best_epoch, best_value FROM trial
        WHERE study_id = ? AND \(Self.contender) AND best_value IS NOT NULL AND state NOT IN ('diverged', 'failed')
        ORDER BY \(Self.bestFirst(study.definition.direction)) LIMIT 1
        """, [study.id])
      return try row.map { row in
        try (row["ordinal"], row["best_epoch"], row["best_value"], Self.hyperparameters(of: row["id"], db))
      }
    }
  }

  /// Whether any trial of a study has ranks.
  static func hasRanks(_ study: Study, _ db: Connection) throws -> Bool {
    // The inner query makes SQLite begin with the ranks: where there are none, it is done at once.
    try db.value(
      Bool.self,
      """
      SELECT EXISTS (
        SELECT 1 FROM user_rank WHERE EXISTS (SELECT 1 FROM trial WHERE trial.id = trial_id AND study_id = ?))
      """, [study.id]) ?? false
  }
}
