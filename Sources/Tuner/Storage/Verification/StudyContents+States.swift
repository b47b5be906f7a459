import Literals

extension StudyContents {
  // MARK: - States

  /// Checks that owners are alive, and that states fit the study.
  func checkStates(_ check: inout Verification.Check, _ store: StudyStore, _ db: Connection) throws {
    let owned = try store.ownedTrials(of: study.id, db)
    for trial in owned where trial.seemsAbandoned(after: store.silence.limit) {
      check.notes.append(
        trial.life == .dead
          ? "trial \(trial.number) was running in a process that died; the next run continues it"
          : "trial \(trial.number) belongs to \(trial.ownerText), which may have died; a run continues the trial after "
            + "\(store.silence)")
    }
    let living = owned.filter { !$0.seemsAbandoned(after: store.silence.limit) }
    if !living.isEmpty {
      check.notes.append("\(living.count.counting("trial")) running: \(Self.list(living.map(\.number)))")
    }
    let counts = Dictionary(grouping: trials.filter(\.isActive), by: \.state).mapValues(\.count)
    check.summary = TrialState.allCases.compactMap { state in counts[state].map { "\($0) \(state.rawValue)" } }
      .joined(separator: ", ")
    for trial in trials where trial.state == .pruned && definition.pruner.kind == .none {
      check.fail(
        trial.place, found: "a pruned trial in a study without a pruner", expected: "a pending or completed trial")
    }
  }

  // MARK: - Attempts

  /// Checks that no attempt is missing, that all have ended except a running trial's last one, and that the last ended as the trial did.
  func checkAttempts(_ check: inout Verification.Check, _ db: Connection) throws {
    let attempts = try rows(
      db,
      """
      SELECT attempt.* FROM attempt JOIN trial ON trial.id = trial_id WHERE study_id = ? ORDER BY trial_id, attempt.attempt
      """)
    for trial in trials {
      let own = attempts[trial.id] ?? []
      let numbers = try own.map { try $0["attempt"] as Int }
      if trial.attempt > numbers.count || numbers != Array(1..<numbers.count + 1) {
        let found = numbers.map(String.init).joined(separator: ", ")
        check.fail(
          trial.place, found: numbers.isEmpty ? "no attempts" : "attempts \(found)",
          expected: "attempts 1 to \(trial.attempt) without gaps")
      }
      for row in own.dropLast() where try (row["ending"] as String?) == nil {
        check.fail(
          trial.place, found: "attempt \(try row["attempt"] as Int) still open although there is a later one",
          expected: "every attempt to end before the next one")
      }
      guard let last = own.last else { continue }
      let ending: String? = try last["ending"]
      if !trial.allows(ending) {
        check.fail(
          trial.place, found: "a \(trial.state.rawValue) trial whose last attempt is \(ending ?? "still open")",
          expected: "a last attempt that ended as the trial did")
      }
      if trial.state == .running, try trial.owner != last["owner"] as String? {
        check.fail(trial.place, found: "an owner other than that of its last attempt", expected: "the same owner")
      }
      let seconds = try own.reduce(0) { $0 + (try $1["seconds"] as Double) }
      if trial.state.isEnded, abs(seconds - trial.seconds) > 1e-6 * max(1, seconds) {
        check.fail(
          trial.place, found: "\(trial.seconds) s of training", expected: "\(seconds) s, the sum of its attempts")
      }
    }
    let count = attempts.values.reduce(0) { $0 + $1.count }
    let again = trials.filter { $0.attempt > 1 }.count
    check.summary = "\(count) of \(attempts.count.counting("trial")), numbered without gaps; \(again) were continued"
    noteMachines(try StudyStore.machines(of: study.id, db), &check)
    for trial in trials {
      try checkOnce(trial, attempts[trial.id] ?? [], &check)
    }
  }

  /// Names the machines of a study that has several.
  private func noteMachines(_ machines: [AttemptMachine: Int], _ check: inout Verification.Check) {
    guard machines.count > 1 else { return }
    check.notes += machines.sorted { $0.key.description < $1.key.description }.map {
      "\($0.value.counting("attempt")) on \($0.key.description.inMessage)"
    }
  }

  /// Checks that a completed or diverged trial was never started again.
  private func checkOnce(_ trial: Trial, _ attempts: [SQLRow], _ check: inout Verification.Check) throws {
    let endings = try attempts.map { try $0["ending"] as String? }
    let finished = endings.indices.filter { ["completed", "diverged"].contains(endings[$0]) }
    if finished.contains(where: { $0 < endings.count - 1 }) {
      check.fail(trial.place, found: "attempts after its end", expected: "no attempt after a trial has finished")
    }
  }
}

extension StudyContents.Trial {
  /// Whether the last attempt may have ended this way.
  fileprivate func allows(_ ending: String?) -> Bool {
    switch state {
    case .running: ending == nil
    // A new pruner can turn a pending trial into a pruned one, and removing a pruner makes pruned trials pending.
    case .pruned: ["pruned", "interrupted", "lost"].contains(ending)
    case .pending: ["pruned", "interrupted", "lost", "failed"].contains(ending)
    case .completed, .diverged, .failed: ending == state.rawValue
    }
  }
}
