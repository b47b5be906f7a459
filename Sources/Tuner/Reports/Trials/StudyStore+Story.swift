extension StudyStore {
  /// Everything known about a trial.
  ///
  /// Throws a `ReportError` if there is no trial with that number.
  public func story(of number: Int, in study: Study) throws -> TrialStory {
    try read { db in
      guard let trial = try Self.details(of: number, in: study, db) else {
        throw ReportError(
          location: study.name, found: "no trial \(number)",
          expected: "a number from 1 to \(try Self.lastNumber(in: study, db))")
      }
      let metrics = try Self.allMetrics(of: TrialSelection([trial.id], db.dialect), db)[trial.id] ?? []
      let decisions = try Self.decisions(of: trial.id, db)
      let record = decisions.isEmpty ? [] : try Self.record(of: study, db)
      let row = try Self.trials(TrialSelection([trial.id], db.dialect), db).first
      return try TrialStory(
        study: study.name, trial: number, state: trial.state, isShelved: !trial.isActive,
        hyperparameters: Self.hyperparameters(of: trial.id, db), failureKind: trial.failureKind,
        failureMessage: trial.failureMessage,
        value: Self.value(trial.bestValue, of: trial.state, metrics, study.definition), bestEpoch: trial.bestEpoch,
        trainingSeconds: trial.seconds, cost: row.flatMap { row in row.epochCost.map { $0 * Double(row.epochs) } },
        interval: Self.interval(of: trial.id, study.definition, db), startedAt: trial.startedAt,
        finishedAt: trial.finishedAt,
        repeated: trial.repeatOf.map { original in
          (
            try Self.number(of: original, db) ?? 0,
            StudyDefinition.seed(study.definition.seed, ofRepetition: trial.repetition)
          )
        },
        attempts: Self.attempts(of: trial.id, db),
        rungs: TrialStory.rungs(decisions, record: record, of: number, in: study.definition),
        curve: Self.learningCurve(of: trial.id, db), metrics: metrics,
        epochShare: study.definition.epochShare, hasSeveralMachines: Self.machines(of: study.id, db).count > 1)
    }
  }

  /// The interval of a trial's value, from the ranks of its users.
  private static func interval(
    of trial: Int64, _ definition: StudyDefinition, _ db: Connection
  ) throws -> ConfidenceInterval? {
    let name = MetricName(definition.metric)
    guard definition.direction == .maximize, let metric = RankMetric(name.name),
      let bytes: [UInt8] = try db.row(
        "SELECT ranks FROM user_rank WHERE trial_id = ? AND split = ?", [trial, name.split])?["ranks"], !bytes.isEmpty
    else { return nil }
    return metric.interval(of: UserRanks(bytes: bytes))
  }
}

extension TrialStory {
  /// A trial's entries in the record of pruning, with its rank on the rung right after each.
  ///
  /// - Parameter record: The record of all trials under the study's pruner.
  fileprivate static func rungs(
    _ decisions: [DecisionRow], record: [(id: Int64, decision: PruningDecision)], of number: Int,
    in definition: StudyDefinition
  ) -> [Rung] {
    var state = PruningState(definition.pruner, direction: definition.direction)
    var ranks: [Int64: (rank: Int, count: Int)] = [:]
    for (id, decision) in record {
      state.apply(decision)
      guard decision.trial == number else { continue }
      ranks[id] = state.rank(of: number, bracket: decision.bracket, epoch: decision.epoch)
    }
    return decisions.map { entry in
      Rung(
        decision: entry.decision, pruner: entry.pruner, decidedAt: entry.decidedAt,
        rank: ranks[entry.id]?.rank, count: ranks[entry.id]?.count)
    }
  }
}
