import Locks

/// A trial that this process has taken, before its state is read.
package struct TakenTrial: Sendable {
  /// The trial, as if it had no state.
  let trial: ClaimedTrial

  /// Its states, newest first.
  let states: [SavedState]
}

extension StudyStore {
  /// Takes the next trial of a study.
  ///
  /// This is a pending trial, a new one if the sampler learns from results, or one that the pruner lets continue.
  ///
  /// Throws `MixedMachines` if another process with other bits was faster to take the study's first trial.
  package func claim(from study: Study, owner: String, policy: ClaimPolicy = ClaimPolicy()) throws -> Claim {
    while true {
      // Waiting alone does not lock the database.
      let outlook = try read { db in
        try requirePresent(study, db)
        return try self.outlook(for: study, remembers: true, db)
      }
      if let claim = outlook.withoutTrial { return claim }
      let taken = try transaction(on: study.id) { db in
        try requirePresent(study, db)
        try requireSameBits(in: study, db)
        return try take(from: study, owner: owner, policy, db)
      }
      // If no trial was taken, another worker was faster, and the outlook has changed.
      if let taken {
        joined.withLock { _ = $0.insert(study.id) }
        FaultPoint.claimCommitted.pass()
        return .trial(try ready(taken, of: study))
      }
    }
  }

  /// Takes a trial; returns `nil` if there is none left.
  func take(from study: Study, owner: String, _ policy: ClaimPolicy, _ db: Connection) throws -> TakenTrial? {
    guard let id = try choose(from: study, policy, db) else { return nil }
    guard let row = try Self.start(id, owner: owner, db) else { return nil }
    let attempt: Int = try row["attempt"]
    let states =
      attempt == 1
      ? [] : try db.rows("SELECT * FROM checkpoint WHERE trial_id = ? ORDER BY id DESC", [id]).map(SavedState.init)
    try db.run(
      """
      INSERT INTO attempt (trial_id, attempt, owner, started_at, from_epoch, from_checkpoint, cpu, instruction_set, job)
      VALUES (?, ?, ?, \(db.dialect.now), ?, ?, ?, ?, ?)
      """,
      [
        id, attempt, owner, states.first?.epoch ?? 0, states.first?.file, machine?.cpu, machine?.instructionSet,
        machine?.job,
      ])
    let trial = try ClaimedTrial(
      id: id, study: study.id, number: row["ordinal"], attempt: attempt, owner: owner,
      hyperparameters: Self.hyperparameters(of: id, db), repetition: row["repeat"])
    if attempt > 1 { try Self.recallBest(of: trial, study.definition, db) }
    FaultPoint.claimUncommitted.pass()
    return TakenTrial(trial: trial, states: states)
  }

  /// Reads the newest undamaged state of a taken trial.
  package func ready(_ taken: TakenTrial, of study: Study) throws -> ClaimedTrial {
    var trial = taken.trial
    var usable: SavedState?
    for state in taken.states where usable == nil {
      switch read(state) {
      case .success(let bytes):
        usable = state
        (trial.checkpoint, trial.checkpointEpoch) = (bytes, state.epoch)
      case .failure(let error): trial.notes.append(error.description)
      }
    }
    if !trial.notes.isEmpty { try fallBack(trial, to: usable, because: trial.notes, study.definition) }
    return trial
  }

  /// Records that a trial's state is unusable, so that its attempt starts from scratch.
  ///
  /// Throws `TrialLost`, or a `StorageError` of the database.
  package func startAfresh(_ trial: ClaimedTrial, because reason: String, of study: Study) throws {
    try fallBack(trial, to: nil, because: [reason], study.definition)
  }

  /// Records that an attempt starts from an older state than the registered one; newer states are removed.
  private func fallBack(
    _ trial: ClaimedTrial, to state: SavedState?, because reasons: [String], _ definition: StudyDefinition
  ) throws {
    let gone = try transaction(on: trial.study) { db in
      try db.run(
        """
        UPDATE attempt SET from_epoch = ?, from_checkpoint = ?, note = coalesce(note || '; ', '') || ?
        WHERE trial_id = ? AND attempt = ?
        """, [state?.epoch ?? 0, state?.file, reasons.joined(separator: "; "), trial.id, trial.attempt])
      let gone = try db.values(
        String.self, "DELETE FROM checkpoint WHERE trial_id = ? AND id > ? RETURNING file", [trial.id, state?.id ?? 0])
      try Self.recallBest(of: trial, definition, db)
      return gone
    }
    states.checkpoints.remove(gone)
  }

  /// Writes the heartbeat of these owners' trials, for observers on other hosts, and returns the trials' numbers.
  @discardableResult
  package func beat(owners: [String]) throws -> [Int] {
    try transaction { db in
      try owners.flatMap { owner in
        try db.values(
          Int.self,
          "UPDATE trial SET heartbeat_at = \(db.dialect.now) WHERE state = 'running' AND owner = ? RETURNING ordinal",
          [owner])
      }
    }
  }
}
