import GRDB

extension StudyContents {
  // MARK: - States

  /// Owners live, and what a trial has fits its state.
  func checkStates(_ check: inout Verification.Check, _ store: StudyStore, _ db: Database) throws {
    let owned = try store.ownedTrials(of: study.id, db)
    for trial in owned where trial.seemsAbandoned(after: store.heartbeatTimeout) {
      check.notes.append(
        trial.life == .dead
          ? "trial \(trial.number) was left behind by a process that is gone; the next run goes on with it"
          : "trial \(trial.number) is with \(trial.ownerText), which seems to be silent; a run that hears nothing of it "
            + "for \(Int(store.heartbeatTimeout / .seconds(1))) s goes on with it")
    }
    let living = owned.filter { !$0.seemsAbandoned(after: store.heartbeatTimeout) }
    if !living.isEmpty {
      check.notes.append("\(living.count.counting("trial")) running: \(Self.list(living.map(\.number)))")
    }
    let counts = Dictionary(grouping: trials.filter(\.isActive), by: \.state).mapValues(\.count)
    check.summary = TrialState.allCases.compactMap { state in counts[state].map { "\($0) \(state.rawValue)" } }
      .joined(separator: ", ")
    for trial in trials where trial.state == .pruned && definition.pruner.kind == .none {
      check.fail(trial.place, found: "it pruned in a study without a pruner", expected: "it to be pending or completed")
    }
  }

  // MARK: - Attempts

  /// Every attempt is there, and all but a running trial's last have ended, the last as the trial did.
  func checkAttempts(_ check: inout Verification.Check, _ db: Database) throws {
    let attempts = try rows(
      db,
      """
      SELECT attempt.* FROM attempt JOIN trial ON trial.id = trial_id WHERE study_id = ? ORDER BY trial_id, attempt.attempt
      """)
    for trial in trials {
      let own = attempts[trial.id] ?? []
      let numbers = own.map { $0["attempt"] as Int }
      if trial.attempt > numbers.count || numbers != Array(1..<numbers.count + 1) {
        let found = numbers.map(String.init).joined(separator: ", ")
        check.fail(
          trial.place, found: numbers.isEmpty ? "no attempts" : "attempts \(found)",
          expected: "attempts 1 to \(trial.attempt) without a gap")
      }
      for row in own.dropLast() where (row["ending"] as String?) == nil {
        check.fail(
          trial.place, found: "attempt \(row["attempt"] as Int) still open, and a later one",
          expected: "each attempt to end before the next")
      }
      guard let last = own.last else { continue }
      let ending: String? = last["ending"]
      if !trial.allows(ending) {
        check.fail(
          trial.place, found: "it \(trial.state.rawValue), its last attempt \(ending ?? "still open")",
          expected: "its last attempt to have ended as the trial stands")
      }
      if trial.state == .running, trial.owner != last["owner"] as String? {
        check.fail(trial.place, found: "another owner than its last attempt has", expected: "the same owner")
      }
      let seconds = own.reduce(0) { $0 + ($1["seconds"] as Double) }
      if trial.state.isEnded, abs(seconds - trial.seconds) > 1e-6 * max(1, seconds) {
        check.fail(
          trial.place, found: "\(trial.seconds) s of training", expected: "\(seconds) s, the sum of its attempts")
      }
    }
    let count = attempts.values.reduce(0) { $0 + $1.count }
    let again = trials.filter { $0.attempt > 1 }.count
    check.summary = "\(count) of \(attempts.count.counting("trial")), numbered without a gap; \(again) were continued"
    for trial in trials {
      try checkOnce(trial, attempts[trial.id] ?? [], &check)
    }
  }

  /// A trial that completed or diverged never starts again.
  private func checkOnce(_ trial: Trial, _ attempts: [Row], _ check: inout Verification.Check) throws {
    let finished = attempts.filter { ["completed", "diverged"].contains($0["ending"] as String?) }
    if finished.count > 1 || (finished.count == 1 && attempts.last != finished[0]) {
      check.fail(trial.place, found: "attempts after it had ended", expected: "a finished trial never to run again")
    }
  }
}

extension StudyContents.Trial {
  /// Whether the last attempt may have ended so.
  fileprivate func allows(_ ending: String?) -> Bool {
    switch state {
    case .running: ending == nil
    // A rule that comes into force makes a waiting trial a pruned one, and one that goes makes it wait.
    case .pruned: ["pruned", "interrupted", "lost"].contains(ending)
    case .pending: ["pruned", "interrupted", "lost", "failed"].contains(ending)
    case .completed, .diverged, .failed: ending == state.rawValue
    }
  }
}
