extension StudyStore {
  /// The trials of a study from the best to the worst, as requested by the query.
  ///
  /// Throws a `ReportError` if the query names a parameter or a metric that the study does not have.
  public func leaderboard(of study: Study, _ query: LeaderboardQuery = LeaderboardQuery()) throws -> Leaderboard {
    let definition = study.definition
    let ranking = definition.ranking(isRepeatable: query.isRepeatable)
    let split = MetricName(query.sortedName ?? definition.metric).split
    let (counts, candidates, failures, ranks) = try read { db in
      let other =
        ranking.isOwn
        ? nil : try OtherRanking(of: study, ranking, by: query.rankingMetric(otherwise: definition.metric), db)
      let first = other == nil ? try Self.firstTrials(of: study, query, db) : nil
      let candidates = try Self.candidates(
        first.map { TrialSelection($0, db.dialect) }
          ?? TrialSelection(of: study.id, in: [.completed, .pruned, .diverged]), of: study, other, db)
      return (
        try Self.counts(of: study.id, repeats: false, db), candidates, try Self.failures(of: study, db),
        try first == nil ? other?.ranks(split: split) ?? Self.ranks(split: split, in: study, db) : [:]
      )
    }
    return try Leaderboard(
      study: study.name, metric: definition.metric, direction: definition.direction, ranking: ranking,
      epochShare: definition.epochShare, counts: counts, candidates: candidates, failures: failures, ranks: ranks,
      query: query)
  }

  /// The trials that a query for the top few shows, if the database can select them; `nil` if all trials must be read.
  private static func firstTrials(of study: Study, _ query: LeaderboardQuery, _ db: Connection) throws -> [Int64]? {
    guard let top = query.top, query.conditions.isEmpty, !query.marksFront,
      query.sort == nil || query.sort == study.definition.metric
    else {
      return nil
    }
    // Whether a trial may be the best depends on all other trials.
    if query.measuresCertainty, try hasRanks(study, db) { return nil }
    guard try !lacksValues(study, db) else { return nil }
    let ids = try bestTrials(top, of: study, db)
    return ids.count == top ? ids : nil
  }

  /// - Parameter other: The ranking to use in place of the study's own.
  private static func candidates(
    _ selection: TrialSelection, of study: Study, _ other: OtherRanking?, _ db: Connection
  ) throws -> [Leaderboard.Row] {
    let hyperparameters = try allHyperparameters(of: selection, db)
    let metrics = try allMetrics(of: selection, db)
    let repeats = try other?.repeatedValues ?? repeatedValues(of: study.id, db)
    return try trials(selection, db).map { trial in
      let recorded = metrics[trial.id] ?? []
      let metrics = other?.metrics(of: trial.id, as: recorded) ?? recorded
      return Leaderboard.Row(
        rank: 0, trial: trial.number, state: trial.state, value: trial.value(study.definition, metrics, other),
        bestEpoch: trial.bestEpoch, epochs: trial.epochs, cost: trial.epochCost.map { $0 * Double(trial.epochs) },
        seconds: trial.seconds,
        repeatedValues: repeats[trial.id] ?? [], hyperparameters: Hyperparameters(hyperparameters[trial.id] ?? []),
        metrics: metrics)
    }
  }

  private static func failures(of study: Study, _ db: Connection) throws -> [Leaderboard.Failure] {
    let selection = TrialSelection(of: study.id, in: [.failed])
    let hyperparameters = try allHyperparameters(of: selection, db)
    return try trials(selection, db).map { trial in
      Leaderboard.Failure(
        trial: trial.number, kind: trial.failureKind ?? "", message: trial.failureMessage ?? "",
        hyperparameters: Hyperparameters(hyperparameters[trial.id] ?? []))
    }
  }
}

extension TrialRow {
  /// The value that reports show; a diverged trial has none.
  ///
  /// - Parameter other: The ranking to use in place of the study's own.
  func value(_ definition: StudyDefinition, _ metrics: [SplitMetric], _ other: OtherRanking?) -> Double? {
    if let other { return other.value(.valid(definition.metric), of: id) }
    return state == .diverged ? nil : StudyStore.value(bestValue, of: state, metrics, definition)
  }
}
