extension StudyContents {
  /// Checks that the record can be replayed, that its values match the curves, and that the trials' states match the record.
  func checkPruning(_ check: inout Verification.Check, _ db: Connection) throws {
    let names = try db.values(
      String.self, "SELECT scheduler FROM decision WHERE study_id = ? GROUP BY scheduler ORDER BY min(id)", [study.id])
    var count = 0
    for name in names {
      guard let pruner = Pruner(name) else {
        check.fail("table decision", found: "pruner '\(name)'", expected: "a pruner of this program")
        continue
      }
      let record = try record(of: name, db)
      count += record.count
      for decision in PruningState.contradictions(in: record, pruner, direction: definition.direction) {
        check.fail(
          "trial \(decision.trial)",
          found: "'\(decision.action.rawValue)' at epoch \(decision.epoch) under \(name)",
          expected: "the decision that follows from the earlier record")
      }
      try checkValues(record, pruner, db, &check)
      if pruner == definition.pruner { checkStandings(record, pruner, &check) }
    }
    if definition.pruner.kind != .none, !names.contains(definition.pruner.description) {
      checkStandings([], definition.pruner, &check)
    }
    check.summary =
      count == 0 ? "none" : "\(count.counting("decision")) replayed, all consistent with the pruner"
  }

  private func record(of pruner: String, _ db: Connection) throws -> [PruningDecision] {
    try db.rows(
      """
      SELECT ordinal, bracket, epoch, value, action FROM decision JOIN trial ON trial.id = trial_id
      WHERE decision.study_id = ? AND scheduler = ? ORDER BY decision.id
      """, [study.id, pruner]
    ).map(PruningDecision.init)
  }

  /// Checks that a trial arrived at a rung with the best value of its curve up to there.
  private func checkValues(
    _ record: [PruningDecision], _ pruner: Pruner, _ db: Connection, _ check: inout Verification.Check
  ) throws {
    let byNumber = Dictionary(trials.map { ($0.number, $0) }) { $1 }
    var curves: [Int: [(epoch: Int, value: Double?)]] = [:]
    for decision in record where decision.action.isArrival {
      guard let trial = byNumber[decision.trial] else { continue }
      if decision.bracket != pruner.bracket(of: trial.number, seed: definition.seed) {
        check.fail(
          trial.place, found: "bracket \(decision.bracket)", expected: "the one computed from its number and the seed")
      }
      if curves[trial.number] == nil {
        curves[trial.number] = try StudyStore.bestSoFar(of: trial.id, definition, db)
      }
      let curve = curves[trial.number] ?? []
      // A trial that lost its state may not have reached the rung again yet.
      guard let validated = curve.first(where: { $0.epoch >= decision.epoch }) else { continue }
      let passed = curve.last { $0.epoch <= decision.epoch }
      if decision.value != validated.value, passed == nil || decision.value != passed?.value {
        check.fail(
          trial.place, found: "\(Self.text(decision.value)) on the rung at epoch \(decision.epoch)",
          expected: "\(Self.text(validated.value)), the best of its learning curve there")
      }
    }
  }

  /// Checks that pruned trials wait on rungs, and that ended trials do not.
  private func checkStandings(_ record: [PruningDecision], _ pruner: Pruner, _ check: inout Verification.Check) {
    var state = PruningState(pruner, direction: definition.direction)
    for decision in record { state.apply(decision) }
    for trial in originals {
      let waits = state.waitingEpoch(of: trial.number) != nil
      if trial.state == .pruned, trial.isActive, !waits {
        check.fail(
          trial.place, found: "a pruned trial without a decision that stopped it",
          expected: "a trial that waits on a rung")
      }
      if waits, [.completed, .diverged, .failed].contains(trial.state) || !trial.isActive {
        check.fail(
          trial.place, found: "a \(trial.isActive ? trial.state.rawValue : "shelved") trial that waits on a rung",
          expected: "a decision that let it continue or withdrew it")
      }
    }
  }
}
