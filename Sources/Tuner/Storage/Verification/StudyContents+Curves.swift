extension StudyContents {
  /// The surviving learning curve of one metric of a trial.
  private struct Line {
    let metric: String
    let count: Int
    let epochs: Int
    let first: Int
    let last: Int

    /// Whether every multiple of the first epoch is present, up to the last.
    let isRegular: Bool

    var split: Substring { metric.prefix { $0 != "." } }

    init(_ row: SQLRow) throws {
      (metric, count, epochs) = try (row["metric"], row["count"], row["epochs"])
      (first, last) = try (row["first"], row["last"])
      let odd: Int? = try row["odd"]
      // Every epoch is a multiple of the first, and none is missing up to the last.
      isRegular = first > 0 && odd == 0 && last / first == epochs
    }
  }

  /// Curves have no holes, and trials the best values of their curves.
  func checkCurves(_ check: inout Verification.Check, _ rules: VerificationRules, _ db: Connection) throws {
    let lines = try rows(
      db,
      """
      SELECT trial_id, metric, count(*) AS count, count(DISTINCT epoch) AS epochs, min(first) AS first, max(epoch) AS last,
        sum(epoch % nullif(first, 0)) AS odd
      FROM (
        SELECT trial_id, metric, epoch, min(epoch) OVER (PARTITION BY trial_id, metric) AS first
        FROM learning_curve JOIN trial ON trial.id = trial_id WHERE study_id = ?) AS point
      GROUP BY trial_id, metric
      """
    ).mapValues { try $0.map(Line.init) }
    var latestStart: [String: Int] = [:]
    for line in lines.values.joined() { latestStart[line.metric] = max(latestStart[line.metric] ?? 0, line.first) }
    let best = try bestOfCurves(db)
    for trial in trials {
      let own = lines[trial.id] ?? []
      // A measurement after the last epoch is not on the curve.
      let isMeasuredAtEnd =
        try best[trial.id] == nil && trial.state == .completed && trial.bestValue != nil
        && rules.measuresAtEnd(definition, trial.hyperparameters) && valueAtEnd(of: trial, db) == trial.bestValue
      var due = latestStart
      for (metric, start) in latestStart where MetricName(full: metric)?.split == "valid" {
        // Trials with other numbers of epochs may be validated later than the others.
        due[metric] = isMeasuredAtEnd ? nil : max(start, rules.firstValidation(definition, trial.hyperparameters) ?? 0)
      }
      checkHoles(own, due, of: trial, &check)
      if !isMeasuredAtEnd { try checkBest(trial, best[trial.id], db, &check) }
    }
    let count = lines.values.joined().reduce(0) { $0 + $1.count }
    check.summary =
      "\(count.counting("value")) of \(lines.count.counting("trial")), no epoch missing, best values recomputed"
  }

  private func checkHoles(
    _ lines: [Line], _ latestStart: [String: Int], of trial: Trial, _ check: inout Verification.Check
  ) {
    let last = lines.map(\.last).max() ?? 0
    for line in lines {
      if line.count != line.epochs {
        check.fail(
          trial.place, found: "two values of \(line.metric) for one epoch", expected: "one value per epoch")
      }
      // Values are `first` epochs apart, so another one would have been due by then.
      if !line.isRegular || line.first <= last - line.last {
        check.fail(
          trial.place, found: "\(line.metric) for \(line.epochs) epochs from \(line.first) to \(line.last)",
          expected: "no epoch missing up to \(last)")
      }
      let others = lines.filter { $0.split == line.split }
      if others.contains(where: { $0.first < line.first || ($0.first == line.first && $0.last > line.last) }) {
        check.fail(
          trial.place, found: "\(line.metric) from epoch \(line.first) to \(line.last)",
          expected: "the same epochs as the other '\(line.split)' metrics")
      }
    }
    if last > 0, !lines.contains(where: { $0.first == 1 }) {
      check.fail(trial.place, found: "nothing for epoch 1", expected: "a curve that starts at epoch 1")
    }
    let names = Set(lines.map(\.metric))
    for (metric, start) in latestStart.sorted(by: { $0.key < $1.key }) where start <= last && !names.contains(metric) {
      check.fail(trial.place, found: "no \(metric)", expected: "the same metrics as the other trials")
    }
    if let limit = trial.epochLimit, last > limit {
      check.fail(trial.place, found: "\(last) epochs", expected: "at most \(limit)")
    }
    if trial.state == .completed, last < trial.bestEpoch ?? 0 {
      check.fail(
        trial.place, found: "a curve that ends at epoch \(last)",
        expected: "a curve that reaches the best epoch, \(trial.bestEpoch ?? 0)")
    }
  }

  // MARK: - Best values

  private func bestOfCurves(_ db: Connection) throws -> [Int64: Double] {
    let best = definition.direction == .maximize ? "max" : "min"
    let rows = try db.rows(
      """
      SELECT trial_id, \(best)(value) AS value FROM learning_curve JOIN trial ON trial.id = trial_id
      WHERE study_id = ? AND metric IN (?, ?) GROUP BY trial_id
      """, [study.id, definition.metric, definition.validationMetric])
    let values: [(Int64, Double)] = try rows.compactMap { row in
      guard let value: Double = try row["value"] else { return nil }
      return (try row["trial_id"], value)
    }
    return Dictionary(values) { $1 }
  }

  private func valueAtEnd(of trial: Trial, _ db: Connection) throws -> Double? {
    try db.value(
      Double.self, "SELECT value FROM result WHERE trial_id = ? AND split = 'valid' AND metric = ?",
      [trial.id, definition.metric])
  }

  private func checkBest(_ trial: Trial, _ best: Double?, _ db: Connection, _ check: inout Verification.Check) throws {
    let isForgotten = trial.bestValue == nil && [.pending, .failed, .diverged].contains(trial.state)
    guard trial.bestValue != best, !isForgotten else {
      try checkBestEpoch(trial, db, &check)
      return
    }
    check.fail(
      trial.place, found: "best value \(Self.text(trial.bestValue))",
      expected: "\(Self.text(best)), the best of its learning curve")
  }

  /// Checks that the curve has its best value at the best epoch; of several such epochs, a result names the last.
  private func checkBestEpoch(_ trial: Trial, _ db: Connection, _ check: inout Verification.Check) throws {
    guard let value = trial.bestValue, let epoch = trial.bestEpoch else { return }
    let there = try db.values(
      Double?.self, "SELECT value FROM learning_curve WHERE trial_id = ? AND epoch = ? AND metric IN (?, ?)",
      [trial.id, epoch, definition.metric, definition.validationMetric])
    if !there.contains(value) {
      check.fail(
        trial.place, found: "best epoch \(epoch)", expected: "an epoch at which the curve has its best value, \(value)")
    }
  }

  static func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "none" }
}
