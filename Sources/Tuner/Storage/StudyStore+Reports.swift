import Foundation
import GRDB
import Literals

extension StudyStore {
  /// The trials of a study from the best to the worst, as requested by the query.
  ///
  /// Throws a `ReportError` if the query names a parameter or a metric that the study does not have.
  public func leaderboard(of study: Study, _ query: LeaderboardQuery = LeaderboardQuery()) throws -> Leaderboard {
    let definition = study.definition
    let (counts, rows, failures, needsRanks) = try read { db in
      let first = try firstTrials(of: study, query, db)
      let rows = try Self.boardRows(
        first?.map(String.init).joined(separator: ",")
          ?? Self.selection(of: study, "state IN ('completed', 'pruned', 'diverged')"), of: study, db)
      let failures = try Self.failures(Self.selection(of: study, "state = 'failed'"), db)
      return (try Self.counts(of: study.id, repeats: false, db), rows, failures, first == nil)
    }
    let split = Leaderboard.split(of: query.sort ?? definition.metric)
    return try Leaderboard(
      study: study.name, metric: definition.metric, direction: definition.direction, counts: counts, candidates: rows,
      failures: failures, ranks: needsRanks ? try ranks(split: split, in: study) : [:], query: query)
  }

  /// An SQL query for the ids of the study's ranked trials that meet a condition.
  private static func selection(of study: Study, _ condition: String) -> String {
    "SELECT id FROM trial WHERE study_id = \(study.id) AND active = 1 AND repeat = 0 AND \(condition)"
  }

  /// The trials that a query for the top few shows, if the database can select them; `nil` if all trials must be read.
  private func firstTrials(of study: Study, _ query: LeaderboardQuery, _ db: Database) throws -> [Int64]? {
    guard let top = query.top, query.filters.isEmpty, query.sort == nil || query.sort == study.definition.metric else {
      return nil
    }
    // Whether a trial may be the best depends on all other trials.
    let hasRanks = try db.value(
      Bool.self,
      "SELECT EXISTS (SELECT 1 FROM user_rank CROSS JOIN trial ON trial.id = trial_id WHERE study_id = ?)", [study.id])
    guard !query.measuresCertainty || hasRanks == false, try !Self.lacksValues(study, db) else { return nil }
    let order = study.definition.direction == .maximize ? "DESC" : "ASC"
    let ids: [Int64] = try db.rows(
      """
      SELECT id FROM trial
      WHERE study_id = ? AND best_value IS NOT NULL AND state = 'completed' AND active = 1 AND repeat = 0
      ORDER BY best_value \(order), ordinal LIMIT ?
      """, [study.id, top]
    ).map { $0["id"] }
    return ids.count == top ? ids : nil
  }

  /// - Parameter selection: SQL that gives the trials' ids: a list or a query.
  private static func boardRows(_ selection: String, of study: Study, _ db: Database) throws -> [Leaderboard.Row] {
    let hyperparameters = try allHyperparameters(of: selection, db)
    let metrics = try allMetrics(of: selection, db)
    let repeats = try repeatedValues(of: study.id, db)
    return try Row.fetchAll(
      db,
      sql: """
        SELECT id, ordinal, state, best_value, best_epoch, epoch_cost,
          (SELECT max(epoch) FROM observation WHERE trial_id = trial.id) AS epochs
        FROM trial WHERE id IN (\(selection)) ORDER BY ordinal
        """
    ).map { row in
      let (id, state) = (row["id"] as Int64, TrialState(rawValue: row["state"]) ?? .failed)
      let (epochs, epochCost): (Int?, Double?) = (row["epochs"], row["epoch_cost"])
      let value = value(row["best_value"], of: state, metrics[id] ?? [], study.definition)
      return Leaderboard.Row(
        rank: 0, trial: row["ordinal"], state: state, value: state == .diverged ? nil : value,
        bestEpoch: row["best_epoch"], epochs: epochs ?? 0, cost: epochCost.map { $0 * Double(epochs ?? 0) },
        repeatedValues: repeats[id] ?? [], hyperparameters: Hyperparameters(hyperparameters[id] ?? []),
        metrics: metrics[id] ?? [])
    }
  }

  /// - Parameter selection: SQL that gives the trials' ids: a list or a query.
  private static func failures(_ selection: String, _ db: Database) throws -> [Leaderboard.Failure] {
    let hyperparameters = try allHyperparameters(of: selection, db)
    return try Row.fetchAll(
      db,
      sql: "SELECT id, ordinal, failure_kind, failure_message FROM trial WHERE id IN (\(selection)) ORDER BY ordinal"
    ).map { row in
      Leaderboard.Failure(
        trial: row["ordinal"], kind: row["failure_kind"] ?? "", message: row["failure_message"] ?? "",
        hyperparameters: Hyperparameters(hyperparameters[row["id"]] ?? []))
    }
  }

  /// Everything known about a trial.
  ///
  /// Throws a `ReportError` if there is no trial with that number.
  public func story(of number: Int, in study: Study) throws -> TrialStory {
    try read { db in
      guard
        let row = try Row.fetchOne(
          db, sql: "SELECT * FROM trial WHERE study_id = ? AND ordinal = ?", arguments: [study.id, number])
      else {
        let last =
          try Int.fetchOne(db, sql: "SELECT max(ordinal) FROM trial WHERE study_id = ?", arguments: [study.id]) ?? 0
        throw ReportError(location: study.name, found: "no trial \(number)", expected: "a number from 1 to \(last)")
      }
      let (id, state) = (row["id"] as Int64, TrialState(rawValue: row["state"]) ?? .failed)
      let metrics = try Self.metrics(of: id, db)
      return TrialStory(
        study: study.name, trial: number, state: state,
        isShelved: row["active"] == false,
        hyperparameters: try Self.hyperparameters(of: id, db), failureKind: row["failure_kind"],
        failureMessage: row["failure_message"],
        value: Self.value(row["best_value"], of: state, metrics, study.definition), bestEpoch: row["best_epoch"],
        trainingSeconds: row["training_seconds"],
        startedAt: row["started_at"],
        finishedAt: row["finished_at"], repeated: try Self.repeated(row, seed: study.definition.seed, db),
        attempts: try Self.attempts(of: id, db), rungs: try Self.rungs(of: id, number: number, in: study, db),
        curve: try Self.curve(of: id, db), metrics: metrics)
    }
  }

  /// Everything that the charts show about a study.
  public func chart(of study: Study) throws -> StudyChart {
    let numbers = try read { db in
      try Int.fetchAll(
        db, sql: "SELECT ordinal FROM trial WHERE study_id = ? AND repeat = 0 ORDER BY ordinal", arguments: [study.id])
    }
    return StudyChart(study.definition, stories: try numbers.map { try story(of: $0, in: study) })
  }

  /// The first completed trial whose learning curve or result reaches a target, or `nil`.
  package func trial(reaching target: MetricTarget, in study: Study) throws -> Int? {
    let isReached = target.includesThreshold ? ">= :threshold" : "> :threshold"
    return try read { db in
      try Int.fetchOne(
        db,
        sql: """
          SELECT ordinal FROM trial
          WHERE study_id = :study AND active = 1 AND state = 'completed' AND (
            EXISTS (SELECT 1 FROM learning_curve WHERE trial_id = trial.id AND metric = :curve AND value \(isReached))
            OR EXISTS (
              SELECT 1 FROM result
              WHERE trial_id = trial.id AND split = 'valid' AND metric = :metric AND value \(isReached)))
          ORDER BY ordinal LIMIT 1
          """,
        arguments: [
          "study": study.id, "curve": "valid.\(target.metric)", "metric": target.metric,
          "threshold": target.threshold,
        ])
    }
  }

  /// The best value of a trial so far.
  package func value(of trial: ClaimedTrial) throws -> Double? {
    try read { try Double.fetchOne($0, sql: "SELECT best_value FROM trial WHERE id = ?", arguments: [trial.id]) }
  }

  /// The held-out item's rank for each user of a split, or `nil` if the trial has none.
  public func ranks(of number: Int, split: String, in study: Study) throws -> [UInt16]? {
    let data = try read { db in
      try Data.fetchOne(
        db,
        sql:
          """
          SELECT ranks FROM user_rank JOIN trial ON trial.id = trial_id
          WHERE study_id = ? AND ordinal = ? AND split = ?
          """,
        arguments: [study.id, number, split])
    }
    return data.map(Self.ranks)
  }

  /// The same for every completed trial that has ranks, by trial number.
  package func ranks(split: String, in study: Study) throws -> [Int: [UInt16]] {
    try read { db in
      let rows = try Row.fetchCursor(
        db,
        sql:
          """
          SELECT ordinal, ranks FROM user_rank JOIN trial ON trial.id = trial_id
          WHERE study_id = ? AND split = ? AND active = 1 AND repeat = 0 AND state = 'completed'
          """,
        arguments: [study.id, split])
      var ranks: [Int: [UInt16]] = [:]
      while let row = try rows.next() { ranks[row["ordinal"]] = Self.ranks(row["ranks"]) }
      return ranks
    }
  }

  /// Decodes the ranks stored in `user_rank`.
  static func ranks(_ data: Data) -> [UInt16] {
    let bytes = Array(data)
    return (0..<bytes.count / 2).map { UInt16(bytes[2 * $0]) | UInt16(bytes[2 * $0 + 1]) << 8 }
  }

  // MARK: - Rows

  static func allHyperparameters(of study: Int64, _ db: Database) throws -> [Int64: [Hyperparameters.Pair]] {
    try allHyperparameters(of: "SELECT id FROM trial WHERE study_id = \(study)", db)
  }

  /// - Parameter selection: SQL that gives the trials' ids: a list or a query.
  private static func allHyperparameters(
    of selection: String, _ db: Database
  ) throws -> [Int64: [Hyperparameters.Pair]] {
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT trial_id, name, literal FROM trial_parameter WHERE trial_id IN (\(selection))
        ORDER BY trial_id, position
        """)
    var pairs: [Int64: [Hyperparameters.Pair]] = [:]
    while let row = try rows.next() {
      pairs[row["trial_id"], default: []].append(
        Hyperparameters.Pair(name: row["name"], value: Literal(commandLine: row["literal"])))
    }
    return pairs
  }

  /// - Parameter selection: SQL that gives the trials' ids: a list or a query.
  private static func allMetrics(of selection: String, _ db: Database) throws -> [Int64: [SplitMetric]] {
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT trial_id, split, metric, value FROM result WHERE trial_id IN (\(selection)) ORDER BY trial_id, position
        """)
    let empty = try emptySplits(of: selection, db)
    var metrics: [Int64: [SplitMetric]] = [:]
    while let row = try rows.next() {
      let trial: Int64 = row["trial_id"]
      metrics[trial, default: []].append(SplitMetric(row, emptySplits: empty[trial]))
    }
    return metrics
  }

  /// The splits without samples, by trial; earlier versions wrote 0 for their metrics.
  ///
  /// - Parameter selection: SQL that gives the trials' ids: a list or a query.
  private static func emptySplits(of selection: String, _ db: Database) throws -> [Int64: [String]] {
    let rows = try Row.fetchAll(
      db, sql: "SELECT trial_id, split FROM user_rank WHERE trial_id IN (\(selection)) AND length(ranks) = 0")
    return Dictionary(grouping: rows) { $0["trial_id"] }.mapValues { $0.map { $0["split"] } }
  }

  /// The values of a study's completed repeats by the trial that they repeat, in the order of their seeds.
  private static func repeatedValues(of study: Int64, _ db: Database) throws -> [Int64: [Double]] {
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT repeat_of, best_value FROM trial
        WHERE repeat_of IS NOT NULL AND +study_id = ? AND +active = 1 AND +state = 'completed' AND best_value IS NOT NULL
        ORDER BY repeat
        """, arguments: [study])
    var values: [Int64: [Double]] = [:]
    while let row = try rows.next() { values[row["repeat_of"], default: []].append(row["best_value"]) }
    return values
  }

  private static func repeated(_ row: Row, seed: Int, _ db: Database) throws -> (trial: Int, seed: Int)? {
    guard let original: Int64 = row["repeat_of"] else { return nil }
    let number = try Int.fetchOne(db, sql: "SELECT ordinal FROM trial WHERE id = ?", arguments: [original])
    return (number ?? 0, StudyDefinition.seed(seed, ofRepetition: row["repeat"]))
  }

  /// A trial's entries in the pruning record, with its rank on the rung right after each.
  private static func rungs(of trial: Int64, number: Int, in study: Study, _ db: Database) throws -> [TrialStory.Rung] {
    let entries = try Row.fetchAll(
      db,
      sql: """
        SELECT decision.*, ordinal FROM decision JOIN trial ON trial.id = trial_id WHERE trial_id = ? ORDER BY decision.id
        """, arguments: [trial])
    let places = entries.isEmpty ? [:] : try ranks(of: number, in: study, db)
    return entries.map { row in
      let place = places[row["id"]]
      return TrialStory.Rung(
        decision: PruningDecision(row), scheduler: row["scheduler"], decidedAt: row["decided_at"], rank: place?.rank,
        count: place?.count)
    }
  }

  private static func ranks(
    of number: Int, in study: Study, _ db: Database
  ) throws -> [Int64: (rank: Int, count: Int)] {
    var state = PruningState(study.definition.pruner, direction: study.definition.direction)
    var ranks: [Int64: (rank: Int, count: Int)] = [:]
    for (id, decision) in try record(of: study, db) {
      state.apply(decision)
      guard decision.trial == number else { continue }
      ranks[id] = state.rank(of: number, bracket: decision.bracket, epoch: decision.epoch)
    }
    return ranks
  }

  private static func metrics(of trial: Int64, _ db: Database) throws -> [SplitMetric] {
    try allMetrics(of: "\(trial)", db)[trial] ?? []
  }

  private static func attempts(of trial: Int64, _ db: Database) throws -> [TrialStory.Attempt] {
    try Row.fetchAll(db, sql: "SELECT * FROM attempt WHERE trial_id = ? ORDER BY attempt", arguments: [trial]).map {
      row in
      TrialStory.Attempt(
        number: row["attempt"], owner: row["owner"], startedAt: row["started_at"], endedAt: row["ended_at"],
        ending: row["ending"],
        seconds: row["seconds"], fromEpoch: row["from_epoch"], note: row["note"])
    }
  }

  private static func curve(of trial: Int64, _ db: Database) throws -> [TrialStory.Observation] {
    let sql = "SELECT epoch, metric, value FROM learning_curve WHERE trial_id = ? ORDER BY epoch, metric"
    return try Row.fetchAll(db, sql: sql, arguments: [trial]).map { row in
      TrialStory.Observation(epoch: row["epoch"], metric: row["metric"], value: row["value"])
    }
  }
}

extension SplitMetric {
  fileprivate init(_ row: Row, emptySplits: [String]?) {
    let split: String = row["split"]
    self.init(split: split, name: row["metric"], value: emptySplits?.contains(split) == true ? nil : row["value"])
  }
}
