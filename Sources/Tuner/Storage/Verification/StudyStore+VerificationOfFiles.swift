import Literals

extension StudyStore {
  // MARK: - Checkpoints

  /// Checks that every registered state is intact, and that permanently ended trials have none.
  func checkCheckpoints(of study: Study, _ check: inout Verification.Check) throws {
    let rows = try read { db in
      try db.rows(
        """
        SELECT checkpoint.*, ordinal, state, (SELECT max(epoch) FROM learning_curve AS curve
          WHERE curve.trial_id = trial.id) AS reached
        FROM checkpoint JOIN trial ON trial.id = trial_id WHERE study_id = ? ORDER BY ordinal
        """, [study.id])
    }
    var bytes = 0
    var trials: Set<Int> = []
    for row in rows {
      let (state, number): (SavedState, Int) = try (SavedState(row), row["ordinal"])
      let trial = "trial \(number)"
      bytes &+= state.bytes
      if !trials.insert(number).inserted {
        check.fail(trial, found: "two checkpoints", expected: "only the last one")
      }
      let ended: String = try row["state"]
      if [.completed, .diverged, .failed].contains(TrialState(rawValue: ended)) {
        check.fail(trial, found: "a checkpoint of a \(ended) trial", expected: "none after the end")
      }
      if try state.epoch > row["reached"] ?? 0 {
        check.fail(
          trial, found: "a checkpoint of epoch \(state.epoch)", expected: "an epoch within its learning curve"
        )
      }
      guard let problem = problem(with: state, in: states.checkpoints) else { continue }
      // A running study may have written a newer one in the meantime.
      let isRegistered = try read { db in
        try db.value(
          Bool.self, "SELECT EXISTS (SELECT 1 FROM checkpoint WHERE id = ? AND file = ?)", [state.id, state.file])
      }
      if isRegistered == true {
        check.fail(
          "\(trial), \(problem.location)", found: problem.found,
          expected: "\(problem.expected); without them, the trial restarts from the beginning")
      }
    }
    check.summary = "\(rows.count) registered, \(bytes) bytes, all hashes match"
  }

  /// What is wrong with a saved state, or `nil`.
  private func problem(with state: SavedState, in place: any SavedStates) -> StorageError? {
    let location = place.location(of: state.file)
    do throws(StorageError) {
      let bytes = try place.read(state.file)
      let expected = "the \(state.bytes) bytes that were written"
      if bytes.count != state.bytes {
        return StorageError(location: location, found: "\(bytes.count) bytes", expected: expected)
      }
      guard sha256(bytes) == state.sha256 else {
        return StorageError(location: location, found: "bytes that do not match the stored SHA-256", expected: expected)
      }
      return nil
    } catch {
      return error
    }
  }

  // MARK: - Weights

  /// The weights kept are those of the best trials, as they were written.
  func checkWeights(of study: Study, _ rules: VerificationRules, _ check: inout Verification.Check) throws {
    let most = study.definition.keptWeights
    let (rows, best, keepers) = try read { db in
      (
        try db.rows(
          """
          SELECT trial_id AS id, 0 AS epoch, file, bytes, sha256, ordinal, active, state, repeat, completed_after
          FROM weights JOIN trial ON trial.id = trial_id WHERE study_id = ?
          """, [study.id]),
        try bestTrial(of: study, db), try Self.keepers(most, of: study.id, study.definition.direction, db)
      )
    }
    check.summary = "none"
    let active = try rows.filter { try $0["active"] == true }
    if active.count > 1, most == 1 {
      check.fail(study.name, found: "the weights of \(active.count) trials", expected: "only those of the best trial")
    }
    let hasBest = try best.map { best in try rows.contains { try $0["id"] == best.id } } ?? true
    // While others had the best weights, which are shelved now, those of this trial need not have been kept.
    let mayLackBest = most == 1 ? !rows.isEmpty : active.count < rows.count
    if !hasBest, !mayLackBest, let best {
      if try wasMeasuredWithoutWeights(best.id, study, rules) {
        check.notes.append(
          "trial \(best.number) is the best; the program that ran it kept no weights; \(ProgramCommand.line("train")) "
            + "with its configuration recreates them")
      } else {
        check.fail(
          "trial \(best.number)", found: "no weights, although it is the best trial",
          expected: "its weights; '\(ProgramCommand.line("train"))' with its configuration recreates them")
      }
    }
    for row in rows {
      let (state, number): (SavedState, Int) = try (SavedState(row), row["ordinal"])
      let ended: String = try row["state"]
      check.summary =
        rows.count == 1
        ? "those of trial \(number), \(state.bytes) bytes, hash matches"
        : "those of \(rows.count) trials, all hashes match"
      if ended != TrialState.completed.rawValue {
        check.fail(
          "trial \(number)", found: "weights of a \(ended) trial",
          expected: "weights of a completed trial")
      } else if try row["repeat"] != 0 && most == 1 && row["active"] == true {
        check.fail(
          "trial \(number)", found: "weights of a trial with another seed", expected: "only those of the best trial")
      } else if let best, !keepers.contains(state.id), try row["active"] == true {
        // While the best trial was shelved, another one could take its place.
        if try row["completed_after"] ?? 0 > best.completedAfter {
          check.notes.append("trial \(best.number) is better, but its weights were removed while it was shelved")
        } else {
          check.fail(
            "trial \(number)", found: "its weights",
            expected: most == 1
              ? "those of the best trial, \(best.number)" : "those of the best \(most) trials and of their repeats")
        }
      }
      guard let problem = problem(with: state, in: states.weights(of: study.id)) else { continue }
      let isRegistered = try read { db in
        try db.value(
          Bool.self, "SELECT EXISTS (SELECT 1 FROM weights WHERE trial_id = ? AND sha256 = ?)",
          [state.id, state.sha256])
      }
      if isRegistered == true {
        check.fail(
          "trial \(number), \(problem.location)", found: problem.found,
          expected: "\(problem.expected); '\(ProgramCommand.line("train"))' with its configuration recreates them")
      }
    }
  }

  /// Earlier versions stored no value, curve point or weights for trials that were validated only at the end.
  private func wasMeasuredWithoutWeights(_ trial: Int64, _ study: Study, _ rules: VerificationRules) throws -> Bool {
    let (hyperparameters, curve) = try read { db in
      (try Self.hyperparameters(of: trial, db), try Self.learningCurve(of: trial, db))
    }
    return rules.measuresAtEnd(study.definition, hyperparameters)
      && !curve.contains { study.definition.isMetric($0.metric) }
  }

  private func bestTrial(of study: Study, _ db: Connection) throws -> (id: Int64, number: Int, completedAfter: Int)? {
    return try db.row(
      """
      SELECT id, ordinal, completed_after FROM trial
      WHERE study_id = ? AND \(Self.candidate)
      ORDER BY \(Self.bestFirst(study.definition.direction)) LIMIT 1
      """, [study.id]
    ).map { try ($0["id"], $0["ordinal"], $0["completed_after"] ?? 0) }
  }

  // MARK: - Orphans

  /// Notes states left by a crash; the next run removes them.
  func checkOrphans(_ check: inout Verification.Check) throws {
    let orphans = try orphans()
    for (place, name) in orphans {
      check.notes.append("\(place.location(of: name)) belongs to no trial; the next run of a study removes it")
    }
    let orphan = "orphaned \(states.noun)"
    check.summary = orphans.isEmpty ? "no \(orphan)s" : orphans.count.counting(orphan)
  }
}
