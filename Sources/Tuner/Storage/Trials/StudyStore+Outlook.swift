extension StudyStore {
  /// Whether nothing in a study is running or left to do.
  package func isOver(_ study: Study) throws -> Bool { try read { db in try isOver(study, db) } }

  func isOver(_ study: Study, _ db: Connection) throws -> Bool {
    if case .over = try outlook(for: study, db) { true } else { false }
  }

  // MARK: - What is next

  func outlook(for study: Study, remembers: Bool = false, _ db: Connection) throws -> Outlook {
    let pruning = try pruningState(of: study, remembers: remembers, db)
    return try Outlook(
      hasPending: hasPending(study, db), promotesEarly: study.definition.pruner.promotesEarly,
      canPropose: { try canPropose(study, db) },
      running: {
        try db.value(
          Int.self, "SELECT count(*) FROM trial WHERE study_id = ? AND state = 'running' AND active = 1", [study.id])
          ?? 0
      },
      promotion: { isClosed in
        guard let promotion = pruning?.promotions(isClosed: isClosed).first else { return nil }
        return try isThere(promotion, study, db) ? promotion : nil
      })
  }

  private func hasPending(_ study: Study, _ db: Connection) throws -> Bool {
    try db.value(
      Bool.self, "SELECT EXISTS (SELECT 1 FROM trial WHERE study_id = ? AND state = 'pending' AND active = 1)",
      [study.id]) ?? false
  }

  /// Whether a trial that may continue has finished stopping.
  ///
  /// Between the decision to stop it and its end, it still saves its state; if its process died in between without a saved state, it
  /// must reach its rung again. No other trial is promoted in its place.
  private func isThere(_ promotion: PruningDecision, _ study: Study, _ db: Connection) throws -> Bool {
    try db.value(
      Bool.self,
      """
      SELECT NOT EXISTS (
        SELECT 1 FROM trial WHERE study_id = ? AND ordinal = ? AND active = 1 AND state IN ('running', 'pending'))
      """, [study.id, promotion.trial]) ?? true
  }

  /// Whether the sampler may add a trial.
  private func canPropose(_ study: Study, _ db: Connection) throws -> Bool {
    guard study.definition.sampler == .tpe, try Self.earlyEnd(of: study, db) == nil else { return false }
    return try db.value(
      Bool.self,
      """
      SELECT trial_limit > (
        SELECT count(*) FROM trial WHERE study_id = study.id AND \(Self.stored) AND \(Self.contender))
      FROM study WHERE id = ?
      """, [study.id]) ?? false
  }

  /// Chooses the trial to take and records what this requires; returns `nil` if there is none.
  func choose(from study: Study, _ policy: ClaimPolicy, _ db: Connection) throws -> Int64? {
    // Without a pruner, pending trials come first.
    if study.definition.pruner.kind == .none, let id = try nextPending(of: study, policy, db) { return id }
    while true {
      switch try outlook(for: study, db) {
      case .pending: return try nextPending(of: study, policy, db)
      case .promotion(let decision):
        if let id = try promote(decision, in: study, db) { return id }
      case .proposal:
        if let point = try propose(for: study, where: policy.isPossible, db) {
          try Self.add(point, to: study, cost: policy.cost, db)
        } else if try Self.counts(of: study.id, repeats: false, db).total == 0 {
          throw StorageError(
            location: "study '\(study.name)'",
            found: "no configuration that can be trained among \(RandomSampler.patience) draws",
            expected: "a search space with more of them, such as lists of values or quniform for whole numbers")
        } else {
          // The space has no other possible point, so the study is complete.
          let count = try db.value(
            Int.self, "SELECT count(*) FROM trial WHERE study_id = ? AND \(Self.contender)", [study.id])
          try db.run("UPDATE study SET trial_limit = ? WHERE id = ?", [max(1, count ?? 0), study.id])
        }
      case .wait, .over: return nil
      }
    }
  }

  /// Records that a trial continues, or that it is withdrawn if it can no longer continue.
  private func promote(_ decision: PruningDecision, in study: Study, _ db: Connection) throws -> Int64? {
    let row = try db.row(
      "SELECT id, state = 'pruned' AND active = 1 AS waits FROM trial WHERE study_id = ? AND ordinal = ?",
      [study.id, decision.trial])
    guard let row else { return nil }
    let (id, waits): (Int64, Bool) = try (row["id"], row["waits"])
    let entry = PruningDecision(
      trial: decision.trial, bracket: decision.bracket, epoch: decision.epoch, value: decision.value,
      action: waits ? decision.action : .withdraw)
    try Self.add(entry, to: study, trial: id, db)
    return waits ? id : nil
  }

  /// The next pending trial; near the end of a study, the one that takes longest.
  private func nextPending(of study: Study, _ policy: ClaimPolicy, _ db: Connection) throws -> Int64? {
    let pending = "FROM trial WHERE study_id = ? AND state = 'pending' AND active = 1"
    let cost = "coalesce(epoch_cost * epoch_limit, 0)"
    let inOrder = "SELECT id \(pending) ORDER BY turn, ordinal LIMIT 1"
    let row = try db.row(
      "SELECT (\(inOrder)) AS first, (\(inOrder) OFFSET \(ClaimPolicy.longestTail)) IS NOT NULL AS is_long",
      [study.id, study.id])
    let (first, isLong): (Int64?, Bool) = try (row?["first"], row?["is_long"] ?? false)
    guard study.definition.earlyStop == nil, !isLong,
      let tail = try db.row("SELECT sum(\(cost)) AS work, max(\(cost)) AS longest \(pending)", [study.id]),
      let work: Double = try tail["work"], let longest: Double = try tail["longest"],
      policy.startsLongest(work: work, longest: longest)
    else { return first }
    return try db.value(Int64.self, "SELECT id \(pending) ORDER BY \(cost) DESC, turn, ordinal LIMIT 1", [study.id])
  }
}
