/// What completed trials have in the ranking in which their study was not tuned.
struct OtherRanking {
  private struct Trial {
    let number: Int

    /// The id of the trial that it repeats with another seed.
    let original: Int64?

    /// By split.
    var ranks: [String: UserRanks] = [:]
  }

  private var trials: [Int64: Trial] = [:]

  /// The values of repeats, by the trial that they repeat, in the order of their seeds.
  private(set) var repeatedValues: [Int64: [Double]] = [:]

  /// Throws a `ReportError` if the study has completed trials, but none with these ranks, or if the metric does not follow from ranks.
  ///
  /// - Parameter metric: The metric that the report is about.
  init(of study: Study, _ choice: RankingChoice, by metric: String, _ db: Connection) throws {
    if WholeMetric(metric) != nil {
      throw ReportError(
        location: "--repeatable",
        found: "\(choice.isRepeatable ? "True" : "False"), and \(metric), which is measured in the study's own ranking "
          + "only",
        expected: "no --repeatable, or a report by a metric that follows from a user's rank, such as ndcg@10")
    }
    let source =
      "FROM user_rank JOIN trial ON trial.id = trial_id WHERE study_id = ? AND active = 1 AND state = 'completed'"
    var order: [Int64] = []
    try db.each(
      """
      SELECT trial_id, ordinal, repeat_of, split, other_ranks \(source) AND other_ranks IS NOT NULL
      ORDER BY repeat, trial_id
      """, [study.id]
    ) { row in
      let id: Int64 = try row["trial_id"]
      if order.last != id { order.append(id) }
      var trial = try trials[id] ?? Trial(number: row["ordinal"], original: row["repeat_of"])
      trial.ranks[try row["split"]] = UserRanks(bytes: try row["other_ranks"])
      trials[id] = trial
    }
    for id in order {
      guard let original = trials[id]?.original, let value = value(.valid(study.definition.metric), of: id) else {
        continue
      }
      repeatedValues[original, default: []].append(value)
    }
    guard trials.isEmpty, try db.value(Bool.self, "SELECT EXISTS (SELECT 1 \(source))", [study.id]) == true else {
      return
    }
    throw ReportError(
      location: "--repeatable",
      found: "\(choice.isRepeatable ? "True" : "False"), and ranks of \(study.name) for "
        + "\(choice.isRepeatable ? "False" : "True") only, since an earlier version has run it",
      expected: "no --repeatable, or a study that this version has run")
  }

  /// The ranks of a split by trial number, without those of repeats.
  func ranks(split: String) -> [Int: UserRanks] {
    Dictionary(
      trials.values.filter { $0.original == nil }.compactMap { trial in trial.ranks[split].map { (trial.number, $0) } }
    ) { $1 }
  }

  /// A trial's metrics, computed from its ranks.
  ///
  /// - Parameter recorded: Its metrics in the study's own ranking.
  func metrics(of trial: Int64, as recorded: [SplitMetric]) -> [SplitMetric] {
    recorded.map { metric in
      var metric = metric
      metric.value = value(MetricName(split: metric.split, name: metric.name), of: trial)
      return metric
    }
  }

  /// A metric of a trial; `nil` if the trial has no such ranks, or if it is not a function of ranks.
  func value(_ name: MetricName, of trial: Int64) -> Double? {
    guard let metric = RankMetric(name.name), let ranks = trials[trial]?.ranks[name.split], !ranks.isEmpty else {
      return nil
    }
    return metric.values(of: ranks).mean
  }
}
