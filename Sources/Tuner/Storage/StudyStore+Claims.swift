import GRDB

/// A trial that this process owns until it ends, is released, or is lost.
package struct ClaimedTrial: Sendable {
  package let id: Int64
  package let study: Int64
  package let number: Int
  package let attempt: Int
  package let owner: String
  package let hyperparameters: Hyperparameters

  /// Which repeat with another seed this is; 0 for a trial with the study's seed.
  package let repetition: Int

  /// The newest undamaged state, and the epoch it was taken after.
  package let checkpoint: [UInt8]?
  package let checkpointEpoch: Int

  /// What was wrong with newer states.
  package let notes: [String]

  var lost: TrialLost { TrialLost(trial: number, attempt: attempt) }
}

/// What a worker that is free is to do.
package enum Claim: Sendable {
  case trial(ClaimedTrial)

  /// Nothing yet: what so many running trials bring has to be waited for.
  case wait(running: Int)

  /// Nothing any more.
  case over

  /// The trial to run, if there is one.
  package var trial: ClaimedTrial? { if case .trial(let trial) = self { trial } else { nil } }
}

/// What trials a worker may take, and in what order.
package struct ClaimPolicy: Sendable {
  /// Trials that run at the same time.
  package var workers: Int

  /// What a proposed trial costs.
  package var cost: @Sendable (Hyperparameters) -> TrialCost?

  package init(workers: Int = 1, cost: @escaping @Sendable (Hyperparameters) -> TrialCost? = { _ in nil }) {
    self.workers = workers
    self.cost = cost
  }
}

extension StudyStore {
  /// Takes the next trial of a study.
  ///
  /// That is a pending one, a new one where the sampler learns from results, or one that the pruner lets go on.
  package func claim(from study: Study, owner: String, policy: ClaimPolicy = ClaimPolicy()) throws -> Claim {
    while true {
      // Who only waits does not lock the database for it.
      let outlook = try read { db in
        try requirePresent(study, db)
        return try self.outlook(for: study, remembers: true, db)
      }
      if let claim = outlook.withoutTrial { return claim }
      // Without a trial another worker was faster, and the outlook is another one now.
      if let trial = try take(from: study, owner: owner, policy) { return .trial(trial) }
    }
  }

  /// Takes a trial, or returns `nil` when there is none any more.
  private func take(from study: Study, owner: String, _ policy: ClaimPolicy) throws -> ClaimedTrial? {
    let taken: (row: Row, saved: [SavedState], hyperparameters: Hyperparameters)? = try transaction { db in
      try requirePresent(study, db)
      guard let id = try choose(from: study, policy, db) else { return nil }
      let row = try Row.fetchOne(
        db,
        sql: """
          UPDATE trial SET state = 'running', owner = ?, heartbeat_at = \(Schema.now), attempt = attempt + 1,
            started_at = coalesce(started_at, \(Schema.now)), finished_at = NULL
          WHERE id = ? RETURNING id, ordinal, attempt, repeat
          """, arguments: [owner, id])
      guard let row else { return nil }
      let saved = try Row.fetchAll(
        db, sql: "SELECT * FROM checkpoint WHERE trial_id = ? ORDER BY id DESC", arguments: [id]
      ).map(SavedState.init)
      try db.execute(
        sql: """
          INSERT INTO attempt (trial_id, attempt, owner, started_at, from_epoch, from_checkpoint)
          VALUES (?, ?, ?, \(Schema.now), ?, ?)
          """, arguments: [id, row["attempt"] as Int, owner, saved.first?.epoch ?? 0, saved.first?.file])
      try Self.recallBest(of: id, study.definition, db)
      return (row, saved, try Self.hyperparameters(of: id, db))
    }
    guard let (row, saved, hyperparameters) = taken else { return nil }

    var notes: [String] = []
    var usable: (bytes: [UInt8], state: SavedState)?
    for state in saved where usable == nil {
      switch read(state) {
      case .success(let bytes): usable = (bytes, state)
      case .failure(let error): notes.append(error.description)
      }
    }
    let trial = ClaimedTrial(
      id: row["id"], study: study.id, number: row["ordinal"], attempt: row["attempt"], owner: owner,
      hyperparameters: hyperparameters, repetition: row["repeat"],
      checkpoint: usable?.bytes, checkpointEpoch: usable?.state.epoch ?? 0, notes: notes)
    if !notes.isEmpty { try fallBack(trial, to: usable?.state, damaged: saved, study.definition) }
    return trial
  }

  /// Whether nothing of a study runs or is left to do.
  package func isOver(_ study: Study) throws -> Bool { try read { db in try isOver(study, db) } }

  func isOver(_ study: Study, _ db: Database) throws -> Bool {
    if case .over = try outlook(for: study, db) { true } else { false }
  }

  // MARK: - What is next

  /// What there is for a free worker.
  private enum Outlook {
    case pending
    case promotion(PruningDecision)
    case proposal
    case wait(running: Int)
    case over

    var withoutTrial: Claim? {
      switch self {
      case .pending, .promotion, .proposal: nil
      case .wait(let running): .wait(running: running)
      case .over: .over
      }
    }
  }

  private func outlook(for study: Study, remembers: Bool = false, _ db: Database) throws -> Outlook {
    func count(_ state: TrialState) throws -> Int {
      try Int.fetchOne(
        db, sql: "SELECT count(*) FROM trial WHERE study_id = ? AND state = ? AND active = 1",
        arguments: [study.id, state.rawValue]) ?? 0
    }
    let isPending = try Bool.fetchOne(
      db, sql: "SELECT EXISTS (SELECT 1 FROM trial WHERE study_id = ? AND state = 'pending' AND active = 1)",
      arguments: [study.id])
    let pruning = try pruningState(of: study, remembers: remembers, db)
    if study.definition.pruner.promotesEarly, let promotion = pruning?.promotions(isClosed: false).first {
      return .promotion(promotion)
    }
    if isPending == true { return .pending }
    if try canPropose(study, db) { return .proposal }
    let running = try count(.running)
    if let promotion = pruning?.promotions(isClosed: running == 0).first { return .promotion(promotion) }
    return running > 0 ? .wait(running: running) : .over
  }

  /// Whether the sampler may add a trial.
  private func canPropose(_ study: Study, _ db: Database) throws -> Bool {
    guard study.definition.sampler == .tpe else { return false }
    return try Bool.fetchOne(
      db,
      sql: """
        SELECT trial_limit > (SELECT count(*) FROM trial WHERE study_id = study.id AND repeat = 0 AND active = 1)
        FROM study WHERE id = ?
        """, arguments: [study.id]) ?? false
  }

  /// The trial to take, with what has to be recorded for that, or `nil` when there is none.
  private func choose(from study: Study, _ policy: ClaimPolicy, _ db: Database) throws -> Int64? {
    while true {
      switch try outlook(for: study, db) {
      case .pending: return try nextPending(of: study, policy, db)
      case .promotion(let decision):
        if let id = try promote(decision, in: study, db) { return id }
      case .proposal:
        if let point = try propose(for: study, db) {
          try Self.add(point, to: study, cost: policy.cost, db)
        } else {
          // The space has no other point: these are all.
          try db.execute(
            sql: """
              UPDATE study SET trial_limit = max(1, (
                SELECT count(*) FROM trial WHERE study_id = study.id AND repeat = 0 AND active = 1))
              WHERE id = ?
              """, arguments: [study.id])
        }
      case .wait, .over: return nil
      }
    }
  }

  /// Records that a trial goes on, or that it is out of the race if it is no longer there to go on.
  private func promote(_ decision: PruningDecision, in study: Study, _ db: Database) throws -> Int64? {
    let row = try Row.fetchOne(
      db,
      sql: "SELECT id, state = 'pruned' AND active AS waits FROM trial WHERE study_id = ? AND ordinal = ?",
      arguments: [study.id, decision.trial])
    guard let row else { return nil }
    let waits: Bool = row["waits"]
    let entry = PruningDecision(
      trial: decision.trial, bracket: decision.bracket, epoch: decision.epoch, value: decision.value,
      action: waits ? decision.action : .withdraw)
    try Self.add(entry, to: study, trial: row["id"], db)
    return waits ? row["id"] : nil
  }

  /// The pending trial whose turn is next; near the end of a study, the one that takes longest.
  ///
  /// So long as the work left per worker is several times the longest trial, the order does not matter for when all is done. After
  /// that, a long trial that is started last would leave the other workers without work.
  private func nextPending(of study: Study, _ policy: ClaimPolicy, _ db: Database) throws -> Int64? {
    let pending = "FROM trial WHERE study_id = ? AND state = 'pending' AND active = 1"
    let cost = "coalesce(epoch_cost * epoch_limit, 0)"
    let tail = try Row.fetchOne(
      db,
      sql: """
        SELECT count(*) AS trials, sum(cost) AS work, max(cost) AS longest
        FROM (SELECT \(cost) AS cost \(pending) ORDER BY turn, ordinal LIMIT \(Self.longestTail + 1))
        """, arguments: [study.id])
    var order = "turn, ordinal"
    if let tail, study.definition.earlyStop == nil, tail["trials"] <= Self.longestTail {
      let (work, longest): (Double, Double) = (tail["work"] ?? 0, tail["longest"] ?? 0)
      if work <= 2 * Double(policy.workers) * longest { order = "\(cost) DESC, turn, ordinal" }
    }
    return try Int64.fetchOne(db, sql: "SELECT id \(pending) ORDER BY \(order) LIMIT 1", arguments: [study.id])
  }

  /// Among more pending trials than this, none is looked for that takes longest.
  private static let longestTail = 256

  /// Records that an attempt starts from an older state than was registered.
  private func fallBack(
    _ trial: ClaimedTrial, to state: SavedState?, damaged: [SavedState], _ definition: StudyDefinition
  ) throws {
    let gone = damaged.filter { $0.id > state?.id ?? 0 }
    try transaction { db in
      try Self.fence(trial, db)
      try db.execute(
        sql: "UPDATE attempt SET from_epoch = ?, from_checkpoint = ?, note = ? WHERE trial_id = ? AND attempt = ?",
        arguments: [state?.epoch ?? 0, state?.file, trial.notes.joined(separator: "; "), trial.id, trial.attempt])
      for state in gone { try db.execute(sql: "DELETE FROM checkpoint WHERE id = ?", arguments: [state.id]) }
      try Self.recallBest(of: trial.id, definition, db)
    }
    for state in gone { Disk.remove(checkpointPath(state.file)) }
  }

  /// Says that the trials of these owners are alive, for observers on other hosts.
  package func beat(owners: [String]) throws {
    try transaction { db in
      for owner in owners {
        try db.execute(
          sql: "UPDATE trial SET heartbeat_at = \(Schema.now) WHERE state = 'running' AND owner = ?", arguments: [owner]
        )
      }
    }
  }

  /// Puts the trials of dead owners back to pending, with their states, and returns their numbers.
  @discardableResult
  package func reclaim(in study: Study) throws -> [Int] {
    let candidates = try read { db in try abandonedTrials(of: study.id, db) }
    guard !candidates.isEmpty else { return [] }
    return try transaction { db in
      var numbers: [Int] = []
      for trial in candidates {
        try db.execute(
          sql: """
            UPDATE trial SET state = 'pending', owner = NULL, heartbeat_at = NULL
            WHERE id = ? AND state = 'running' AND owner = ? AND attempt = ?
            """, arguments: [trial.id, trial.owner, trial.attempt])
        guard db.changesCount == 1 else { continue }
        try Self.end(trial.id, trial.attempt, "lost", seconds: nil, note: "its process ended without a word", db)
        try pruneAgain(trial.id, number: trial.number, of: study, db)
        numbers.append(trial.number)
      }
      return numbers
    }
  }

  /// Running trials whose owner is dead, or silent for too long on another host.
  func abandonedTrials(of study: Int64, _ db: Database) throws -> [(
    id: Int64, number: Int, attempt: Int, owner: String
  )] {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT id, ordinal, attempt, owner, (julianday('now') - julianday(heartbeat_at)) * 86400 AS silence
        FROM trial WHERE study_id = ? AND state = 'running' ORDER BY ordinal
        """, arguments: [study])
    return rows.compactMap { row in
      let owner: String = row["owner"]
      let life = ProcessIdentity(owner)?.life(seenFrom: process) ?? .unknown
      let silence: Double = row["silence"] ?? .infinity
      let isAbandoned = life == .dead || (life == .unknown && .seconds(silence) > Self.heartbeatTimeout)
      return isAbandoned ? (row["id"], row["ordinal"], row["attempt"], owner) : nil
    }
  }
}
