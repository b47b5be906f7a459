import Foundation
import Literals

/// How a trial ends permanently.
package enum TrialEnding: Sendable {
  case completed(TrialResult)
  case diverged(epoch: Int, message: String)
  case failed(kind: String, message: String)

  var transition: TrialTransition {
    switch self {
    case .completed: .complete
    case .diverged: .diverge
    case .failed: .fail
    }
  }

  var state: TrialState { transition.to }
}

extension StudyStore {
  /// The result of recording an epoch.
  package struct Observed: Sendable {
    /// Why its state could not be written; a crash would then lose some progress, nothing else.
    package let failure: StorageError?

    /// Whether the pruner stops the trial here.
    package let isPruned: Bool
  }

  /// Records an epoch: its values, its state if there is one, and the pruner's decision.
  ///
  /// Throws `TrialLost`, or a `StorageError` or a `MisplacedDatabase`.
  ///
  /// - Parameter mayPrune: Whether the pruner may stop the trial.
  package func observe(
    _ trial: ClaimedTrial, _ report: RunningTrial.Report, seconds: Double, of study: Study, mayPrune: Bool = true
  ) throws -> Observed {
    if report.checkpoint != nil { try requirePlace() }
    let (state, failure) = save(report.checkpoint, epoch: report.epoch, of: trial)
    let (superseded, isPruned) = try registering(state, of: trial) { db in
      try db.changeRow(
        "UPDATE attempt SET seconds = ? WHERE trial_id = ? AND attempt = ?", [seconds, trial.id, trial.attempt],
        orElse: trial.lost)
      try Self.write(report, of: trial, db)
      try Self.recallBest(of: trial, study.definition, db)
      let isValidated = report.values.contains { study.definition.isMetric($0.name) }
      let isPruned =
        try mayPrune && !report.isLast && isValidated && stops(trial, after: report.epoch, of: study, db)
      let superseded = try Self.register(state, of: trial, db)
      FaultPoint.observationUncommitted.pass()
      return (superseded, isPruned)
    }
    FaultPoint.observationCommitted.pass()
    if isPruned { FaultPoint.stopCommitted.pass() }
    states.checkpoints.remove(superseded)
    return Observed(failure: failure, isPruned: isPruned)
  }

  /// Ends a trial permanently, and returns the next trial if its owner has taken one.
  ///
  /// The best trials keep their weights: if they cannot be written, the trial does not end, and a `StorageError` says why.
  ///
  /// - Parameter reports: Those that were not written before.
  /// - Parameter taking: How to take the next trial with the same disk sync. If the end of a trial determines what is next, as with a
  ///   pruner or early stopping, no trial is taken, and a separate claim is needed.
  package func finish(
    _ trial: ClaimedTrial, _ ending: TrialEnding, reports: [RunningTrial.Report] = [], seconds: Double, of study: Study,
    taking: ClaimPolicy? = nil
  ) throws -> TakenTrial? {
    let definition = study.definition
    var weights: SavedState?
    if case .completed(let result) = ending, let bytes = result.weights, try keepsWeights(trial, result, definition) {
      let file = "trial-\(trial.number).safetensors"
      try states.weights(of: trial.study).save(bytes, as: file)
      weights = SavedState(id: 0, epoch: result.bestEpoch, file: file, bytes: bytes.count, sha256: sha256(bytes))
    }
    let isDecided = definition.pruner.kind == .none && definition.earlyStop == nil
    let (checkpoints, others, next) = try registering(weights, isWeights: true, of: trial) { db in
      try Self.write(ending, to: trial, seconds: seconds, db)
      for report in reports { try Self.write(report, of: trial, db) }
      if ending.state != .completed { try withdraw(TrialKey(id: trial.id, number: trial.number), from: study, db) }
      let checkpoints = try db.values(
        String.self, "DELETE FROM checkpoint WHERE trial_id = ? RETURNING file", [trial.id])
      let others = try weights.map { try Self.keep($0, of: trial, study, db) } ?? []
      FaultPoint.endUncommitted.pass()
      let next = try isDecided ? taking.flatMap { try take(from: study, owner: trial.owner, $0, db) } : nil
      return (checkpoints, others, next)
    }
    FaultPoint.endCommitted.pass()
    if next != nil { FaultPoint.claimCommitted.pass() }
    if !checkpoints.isEmpty { states.checkpoints.remove(checkpoints) }
    if !others.isEmpty { states.weights(of: trial.study).remove(others) }
    FaultPoint.endCleaned.pass()
    return next
  }

  /// Makes an interrupted trial pending again, to resume from `checkpoint` or from the last reported one.
  ///
  /// Returns the error if the state could not be written.
  package func release(_ trial: ClaimedTrial, epoch: Int, checkpoint: [UInt8]?, seconds: Double, note: String? = nil)
    throws -> StorageError?
  {
    try leave(trial, by: .interrupt, epoch: epoch, checkpoint: checkpoint, seconds: seconds, note: note)
  }

  /// Marks a trial as pruned; if it is promoted, it resumes from `checkpoint`.
  ///
  /// Returns the error if the state could not be written.
  package func prune(_ trial: ClaimedTrial, epoch: Int, checkpoint: [UInt8]?, seconds: Double) throws -> StorageError? {
    try leave(trial, by: .prune, epoch: epoch, checkpoint: checkpoint, seconds: seconds, note: nil)
  }

  private func leave(
    _ trial: ClaimedTrial, by transition: TrialTransition, epoch: Int, checkpoint: [UInt8]?, seconds: Double,
    note: String?
  ) throws -> StorageError? {
    if checkpoint != nil { try requirePlace() }
    let (state, failure) = save(checkpoint, epoch: epoch, of: trial)
    let superseded = try registering(state, of: trial) { db in
      let ending = transition == .prune ? "pruned" : "interrupted"
      try Self.end(trial.id, trial.attempt, ending, seconds: seconds, note: note, db)
      try Self.apply(transition, to: trial, db)
      let superseded = try Self.register(state, of: trial, db)
      FaultPoint.leaveUncommitted.pass()
      return superseded
    }
    FaultPoint.leaveCommitted.pass()
    states.checkpoints.remove(superseded)
    return failure
  }

  /// Runs the transaction that registers a saved state; if it fails, the state is removed.
  private func registering<Value>(
    _ state: SavedState?, isWeights: Bool = false, of trial: ClaimedTrial, _ work: (Connection) throws -> Value
  ) throws -> Value {
    do { return try transaction(on: trial.study, work) } catch {
      // Over a lost connection the commit may have taken place, so the state stays; if not, the next run removes it. Of a lost trial, the
      // weights may be those of the attempt that has it now; a checkpoint has the attempt in its name.
      let isRemoved = error is TrialLost ? !isWeights : sqlite != nil
      if let state, isRemoved {
        (isWeights ? states.weights(of: trial.study) : states.checkpoints).remove([state.file])
      }
      throw error
    }
  }

  // MARK: - Statements

  /// Ends a trial; throws `TrialLost` if it no longer belongs to this attempt.
  private static func write(_ ending: TrialEnding, to trial: ClaimedTrial, seconds: Double, _ db: Connection) throws {
    // A failed trial may run again; the message stays with the attempt.
    let note: String? = if case .failed(_, let message) = ending { message } else { nil }
    try end(trial.id, trial.attempt, ending.state.rawValue, seconds: seconds, note: note, db)
    let values =
      switch ending {
      case .completed(let result): TrialEndValues(bestEpoch: result.bestEpoch, bestValue: result.bestValue)
      case .diverged(let epoch, let text):
        TrialEndValues(bestEpoch: epoch, failureKind: "divergence", failureMessage: text)
      case .failed(let name, let text): TrialEndValues(failureKind: name, failureMessage: text)
      }
    try apply(ending.transition, to: trial, end: values, db)
    if case .completed(let result) = ending { try write(result, of: trial.id, db) }
  }

  private static func write(_ result: TrialResult, of trial: Int64, _ db: Connection) throws {
    var rows: [Connection.Arguments] = []
    var places: [[String]: Int] = [:]
    for (index, metric) in result.metrics.enumerated() {
      let place = places[[metric.split, metric.name], default: rows.count]
      if place == rows.count { rows.append([trial, metric.split, metric.name, index + 1, metric.value]) }
      rows[place][4] = metric.value
      places[[metric.split, metric.name]] = place
    }
    try db.insert(
      rows, into: "result", columns: ["trial_id", "split", "metric", "position", "value"],
      "ON CONFLICT (trial_id, split, metric) DO UPDATE SET value = excluded.value")
    for (split, ranks) in result.ranks.sorted(by: { $0.key < $1.key }) {
      try db.run(
        "INSERT INTO user_rank (trial_id, split, ranks, other_ranks) VALUES (?, ?, ?, ?)",
        [trial, split, ranks.bytes, result.otherRanks[split]?.bytes])
    }
  }

  /// Closes an attempt; without `seconds`, the time of the last report is kept.
  static func end(
    _ trial: Int64, _ attempt: Int, _ ending: String, seconds: Double?, note: String?, _ db: Connection
  ) throws {
    try db.run(
      """
      UPDATE attempt SET ended_at = \(db.dialect.now), ending = ?, seconds = coalesce(?, seconds),
        note = coalesce(note || '; ' || ?, note, ?)
      WHERE trial_id = ? AND attempt = ?
      """, [ending, seconds, note, note, trial, attempt])
  }

  /// Writes the values of an epoch; of several with one name, the last one counts.
  private static func write(_ report: RunningTrial.Report, of trial: ClaimedTrial, _ db: Connection) throws {
    let values = Dictionary(report.values.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    try db.insert(
      values.sorted { $0.key < $1.key }.map { [trial.id, trial.attempt, report.epoch, $0.key, $0.value] },
      into: "observation", columns: ["trial_id", "attempt", "epoch", "metric", "value"],
      "ON CONFLICT (trial_id, attempt, epoch, metric) DO UPDATE SET value = excluded.value")
  }

  /// Sets a running trial's best value from its learning curve, and its heartbeat; throws `TrialLost` if it no longer belongs to this
  /// attempt.
  static func recallBest(of trial: ClaimedTrial, _ definition: StudyDefinition, _ db: Connection) throws {
    try db.changeRow(
      """
      UPDATE trial SET heartbeat_at = \(db.dialect.now), (best_epoch, best_value) = (
        SELECT epoch, value FROM learning_curve WHERE trial_id = trial.id AND metric IN (?, ?) AND value IS NOT NULL
        ORDER BY value \(definition.direction.sqlOrder), epoch LIMIT 1)
      WHERE id = ? AND state = 'running' AND owner = ? AND attempt = ?
      """, [definition.metric, definition.validationMetric, trial.id, trial.owner, trial.attempt], orElse: trial.lost)
  }

  static func hyperparameters(of trial: Int64, _ db: Connection) throws -> Hyperparameters {
    let rows = try db.rows("SELECT name, literal FROM trial_parameter WHERE trial_id = ? ORDER BY position", [trial])
    return Hyperparameters(
      try rows.map { try Hyperparameters.Pair(name: $0["name"], value: Literal(commandLine: $0["literal"])) })
  }
}
