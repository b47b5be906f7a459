import Literals

/// What is stored about several trials, by the trials' ids.
extension StudyStore {
  static func allHyperparameters(of study: Int64, _ db: Connection) throws -> [Int64: [Hyperparameters.Pair]] {
    try allHyperparameters(of: TrialSelection(allOf: study), db)
  }

  static func allHyperparameters(
    of selection: TrialSelection, _ db: Connection
  ) throws -> [Int64: [Hyperparameters.Pair]] {
    var pairs: [Int64: [Hyperparameters.Pair]] = [:]
    try db.each(
      """
      SELECT trial_id, name, literal FROM trial_parameter WHERE trial_id IN (\(selection.sql))
      ORDER BY trial_id, position
      """, selection.arguments
    ) { row in
      pairs[try row["trial_id"], default: []].append(
        Hyperparameters.Pair(name: try row["name"], value: Literal(commandLine: try row["literal"])))
    }
    return pairs
  }

  static func allMetrics(of selection: TrialSelection, _ db: Connection) throws -> [Int64: [SplitMetric]] {
    let empty = try emptySplits(of: selection, db)
    var metrics: [Int64: [SplitMetric]] = [:]
    try db.each(
      """
      SELECT trial_id, split, metric, value FROM result WHERE trial_id IN (\(selection.sql))
      ORDER BY trial_id, position
      """, selection.arguments
    ) { row in
      let trial: Int64 = try row["trial_id"]
      metrics[trial, default: []].append(try SplitMetric(row, emptySplits: empty[trial]))
    }
    return metrics
  }

  /// The splits without samples, by trial; earlier versions wrote 0 for their metrics.
  private static func emptySplits(of selection: TrialSelection, _ db: Connection) throws -> [Int64: [String]] {
    let rows = try db.rows(
      "SELECT trial_id, split FROM user_rank WHERE trial_id IN (\(selection.sql)) AND length(ranks) = 0",
      selection.arguments)
    return try Dictionary(grouping: rows) { try $0["trial_id"] }.mapValues { try $0.map { try $0["split"] } }
  }

  /// The values of a study's completed repeats by the trial that they repeat, in the order of their seeds.
  static func repeatedValues(of study: Int64, _ db: Connection) throws -> [Int64: [Double]] {
    // The sum makes SQLite use the index of the few repeats instead of that of all trials.
    var values: [Int64: [Double]] = [:]
    try db.each(
      """
      SELECT repeat_of, best_value FROM trial
      WHERE repeat_of IS NOT NULL AND study_id + 0 = ? AND active = 1 AND state = 'completed' AND best_value IS NOT NULL
      ORDER BY repeat
      """, [study]
    ) { row in
      values[try row["repeat_of"], default: []].append(try row["best_value"])
    }
    return values
  }
}

extension SplitMetric {
  fileprivate init(_ row: SQLRow, emptySplits: [String]?) throws {
    let split: String = try row["split"]
    try self.init(split: split, name: row["metric"], value: emptySplits?.contains(split) == true ? nil : row["value"])
  }
}
