import Locks

/// The part of a study's pruning record that a process has already read, so that it reads only new entries.
struct PruningMemory: Sendable {
  var state: PruningState
  var lastEntry: Int64 = 0
}

extension StudyStore {
  /// The state given by a study's record, or `nil` without a pruner.
  ///
  /// - Parameter remembers: Whether to keep what was read for the next call; not allowed in a transaction that may be rolled back.
  func pruningState(of study: Study, remembers: Bool = false, _ db: Connection) throws -> PruningState? {
    let definition = study.definition
    guard definition.pruner.kind != .none else { return nil }
    var memory =
      pruningMemory.withLock { $0[study.id] }.flatMap { $0.state.pruner == definition.pruner ? $0 : nil }
      ?? PruningMemory(state: PruningState(definition.pruner, direction: definition.direction))
    for (id, decision) in try Self.record(of: study, after: memory.lastEntry, db) {
      memory.state.apply(decision)
      memory.lastEntry = id
    }
    if remembers { pruningMemory.withLock { [memory] in $0[study.id] = memory } }
    return memory.state
  }

  /// The record of the study's pruner, after an entry.
  static func record(
    of study: Study, after entry: Int64 = 0, _ db: Connection
  ) throws -> [(id: Int64, decision: PruningDecision)] {
    try db.rows(
      """
      SELECT decision.id, ordinal, bracket, epoch, value, action FROM decision JOIN trial ON trial.id = trial_id
      WHERE decision.study_id = ? AND scheduler = ? AND decision.id > ? ORDER BY decision.id
      """, [study.id, study.definition.pruner.description, entry]
    ).map { try ($0["id"], PruningDecision($0)) }
  }

  /// Entries of the record that contradict the pruner when replayed from the beginning; none, unless the record was tampered with.
  package func pruningContradictions(in study: Study) throws -> [PruningDecision] {
    let record = try read { try Self.record(of: study, $0) }
    return PruningState.contradictions(
      in: record.map(\.decision), study.definition.pruner, direction: study.definition.direction)
  }

  /// Decides about a trial after an epoch and records the decision; returns true if the trial must stop.
  func stops(_ trial: ClaimedTrial, after epoch: Int, of study: Study, _ db: Connection) throws -> Bool {
    guard trial.repetition == 0, let state = try pruningState(of: study, db) else { return false }
    let bracket = study.definition.pruner.bracket(of: trial.number, seed: study.definition.seed)
    let best = try db.value(Double.self, "SELECT best_value FROM trial WHERE id = ?", [trial.id])
    switch state.verdict(on: trial.number, bracket: bracket, epoch: epoch, value: best) {
    case .proceed: return false
    case .stopAgain: return true
    case .arrive(let decision):
      try Self.add(decision, to: study, trial: trial.id, db)
      return decision.action == .stop
    }
  }

  /// Marks a trial as pruned if its process died between the decision to stop it and its end, and its state was saved.
  func pruneAgain(_ trial: Int64, number: Int, of study: Study, _ db: Connection) throws {
    guard let epoch = try pruningState(of: study, db)?.waitingEpoch(of: number) else { return }
    try Self.apply(
      .waitOnRung,
      where: "id = ? AND EXISTS (SELECT 1 FROM checkpoint WHERE trial_id = trial.id AND epoch >= ?)", [trial, epoch], db
    )
  }

  static func add(_ decision: PruningDecision, to study: Study, trial: Int64, _ db: Connection) throws {
    try db.run(
      """
      INSERT INTO decision (trial_id, study_id, scheduler, bracket, epoch, value, action, decided_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, \(db.dialect.now))
      """,
      [
        trial, study.id, study.definition.pruner.description, decision.bracket, decision.epoch, decision.value,
        decision.action.rawValue,
      ])
  }

  /// Withdraws a trial that failed, diverged or lost its cell; a trial without a rung is not affected.
  func withdraw(_ trial: TrialKey, from study: Study, _ db: Connection) throws {
    guard let place = try pruningState(of: study, db)?.place(of: trial.number), !place.isOut else { return }
    try Self.add(
      PruningDecision(trial: trial.number, bracket: place.bracket, epoch: place.epoch, value: nil, action: .withdraw),
      to: study, trial: trial.id, db)
  }

  /// Restores a trial whose cell is in the search space again; a pruned trial waits on its rung.
  func restore(_ trial: TrialKey, in study: Study, _ db: Connection) throws {
    guard let place = try pruningState(of: study, db)?.place(of: trial.number), place.isOut else { return }
    let state = try db.value(String.self, "SELECT state FROM trial WHERE id = ?", [trial.id])
    guard state != TrialState.diverged.rawValue, state != TrialState.failed.rawValue else { return }
    try Self.add(
      PruningDecision(
        trial: trial.number, bracket: place.bracket, epoch: place.epoch, value: nil,
        action: state == TrialState.pruned.rawValue ? .restore : .resume), to: study, trial: trial.id, db)
  }

  // MARK: - A change of the pruner

  /// Moves a study's trials to where the new pruner would have them.
  ///
  /// Trials that the old pruner stopped continue. Trials that have been trained are placed on the rungs of the new pruner with the
  /// values of their learning curves, and wait on the last of these rungs.
  func changePruner(from old: Study, to new: Study, _ db: Connection) throws {
    if let state = try pruningState(of: old, db) {
      for (trial, _) in try Self.trials(of: old.id, in: [.pruned], db) {
        guard let place = state.place(of: trial.number) else { continue }
        try Self.add(
          PruningDecision(trial: trial.number, bracket: place.bracket, epoch: place.epoch, value: nil, action: .resume),
          to: old, trial: trial.id, db)
      }
    }
    try Self.apply(.leaveRung, where: "study_id = ?", [new.id], db)
    guard let state = try pruningState(of: new, db) else { return }
    for (trial, own) in try Self.trials(of: new.id, in: [.pending, .completed], db) {
      try enter(trial, mayWait: own == .pending, in: new, state, db)
    }
  }

  /// Places a trained trial on the rungs of a pruner that was not in use when it was trained.
  ///
  /// - Parameter mayWait: Whether the trial can wait on a rung: a completed one cannot.
  /// - Parameter state: The state given by the pruner's record so far.
  private func enter(
    _ trial: TrialKey, mayWait: Bool, in study: Study, _ state: PruningState, _ db: Connection
  ) throws {
    let curve = try Self.bestSoFar(of: trial.id, study.definition, db)
    let bracket = study.definition.pruner.bracket(of: trial.number, seed: study.definition.seed)
    let entries = state.entries(
      of: trial.number, bracket: bracket, curve: curve, mayWait: mayWait)
    for entry in entries.decisions { try Self.add(entry, to: study, trial: trial.id, db) }
    if entries.waits { try Self.apply(.waitOnRung, where: "id = ?", [trial.id], db) }
  }

  private static func trials(
    of study: Int64, in states: [TrialState], _ db: Connection
  ) throws -> [(trial: TrialKey, state: TrialState)] {
    try db.rows(
      """
      SELECT id, ordinal, state FROM trial
      WHERE study_id = ? AND repeat = 0 AND state IN (\(states.map { "'\($0.rawValue)'" }.joined(separator: ", ")))
      ORDER BY ordinal
      """, [study]
    ).map {
      (try TrialKey(id: $0["id"], number: $0["ordinal"]), try TrialState(rawValue: $0["state"]) ?? .pending)
    }
  }

  /// The best value up to each validated epoch of a trial.
  static func bestSoFar(
    of trial: Int64, _ definition: StudyDefinition, _ db: Connection
  ) throws -> [(epoch: Int, value: Double?)] {
    let rows = try db.rows(
      "SELECT epoch, value FROM learning_curve WHERE trial_id = ? AND metric IN (?, ?) ORDER BY epoch",
      [trial, definition.metric, definition.validationMetric])
    var best: Double?
    return try rows.map { row in
      if let value: Double = try row["value"], best.map({ definition.direction.prefers(value, to: $0) }) ?? true {
        best = value
      }
      return (try row["epoch"], best)
    }
  }
}

extension PruningDecision {
  init(_ row: SQLRow) throws {
    try self.init(
      trial: row["ordinal"], bracket: row["bracket"], epoch: row["epoch"], value: row["value"],
      action: Action(rawValue: row["action"]) ?? .resume)
  }
}
