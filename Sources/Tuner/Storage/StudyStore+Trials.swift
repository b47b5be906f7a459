import Foundation
import GRDB
import Literals

/// How a trial ends permanently.
package enum TrialEnding: Sendable {
  case completed(TrialResult)
  case diverged(epoch: Int, message: String)
  case failed(kind: String, message: String)

  var state: TrialState {
    switch self {
    case .completed: .completed
    case .diverged: .diverged
    case .failed: .failed
    }
  }
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
    try requirePlace()
    let (state, failure) = save(report.checkpoint, epoch: report.epoch, of: trial)
    do {
      let (superseded, isPruned) = try transaction { db in
        try Self.fence(trial, db)
        let insert = try db.cachedStatement(
          sql: """
            INSERT INTO observation (trial_id, attempt, epoch, metric, value) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET value = excluded.value
            """)
        for (name, value) in report.values {
          try insert.execute(arguments: [trial.id, trial.attempt, report.epoch, name, value])
        }
        try db.run(
          "UPDATE attempt SET seconds = ? WHERE trial_id = ? AND attempt = ?", [seconds, trial.id, trial.attempt])
        try Self.recallBest(of: trial.id, study.definition, db)
        let isValidated = report.values.contains { study.definition.isMetric($0.name) }
        let isPruned =
          try mayPrune && !report.isLast && isValidated && stops(trial, after: report.epoch, of: study, db)
        let superseded = try Self.register(state, of: trial, db)
        FaultPoint.observationUncommitted.pass()
        return (superseded, isPruned)
      }
      FaultPoint.observationCommitted.pass()
      if isPruned { FaultPoint.stopCommitted.pass() }
      for file in superseded { Disk.remove(checkpointPath(file)) }
      return Observed(failure: failure, isPruned: isPruned)
    } catch {
      if let state { Disk.remove(checkpointPath(state.file)) }
      throw error
    }
  }

  /// Ends a trial permanently, and returns the next trial if its owner has taken one.
  ///
  /// The best trial keeps its weights: if they cannot be written, the trial does not end, and a `StorageError` says why.
  ///
  /// - Parameter taking: How to take the next trial with the same disk sync. If the end of a trial determines what is next, as with a
  ///   pruner or early stopping, no trial is taken, and a separate claim is needed.
  package func finish(
    _ trial: ClaimedTrial, _ ending: TrialEnding, seconds: Double, of study: Study, taking: ClaimPolicy? = nil
  ) throws -> TakenTrial? {
    let definition = study.definition
    try requirePlace()
    var weights: SavedState?
    if case .completed(let result) = ending, let bytes = result.weights, try isBest(trial, result, definition) {
      let file = "trial-\(trial.number).safetensors"
      try prepareFolder(weightsFolder(of: trial.study), losing: "weights that were in it are missing")
      try Disk.writeDurably(
        bytes, to: weightsPath(file, of: trial.study), faults: (.weightsUnwritten, .weightsWritten, .weightsRenamed))
      weights = SavedState(id: 0, epoch: result.bestEpoch, file: file, bytes: bytes.count, sha256: sha256(bytes))
    }
    let isDecided = definition.pruner.kind == .none && definition.earlyStop == nil
    let (states, others, next) = try transaction { db in
      try Self.fence(trial, db)
      if ending.state != .completed { try withdraw(TrialKey(id: trial.id, number: trial.number), from: study, db) }
      try Self.write(ending, to: trial, seconds: seconds, db)
      let states: [String] = try db.rows("DELETE FROM checkpoint WHERE trial_id = ? RETURNING file", [trial.id]).map {
        $0["file"]
      }
      let others = try weights.map { try Self.keep($0, of: trial, definition, db) } ?? []
      FaultPoint.endUncommitted.pass()
      let next = try isDecided ? taking.flatMap { try take(from: study, owner: trial.owner, $0, db) } : nil
      return (states, others, next)
    }
    FaultPoint.endCommitted.pass()
    if next != nil { FaultPoint.claimCommitted.pass() }
    for file in states { Disk.remove(checkpointPath(file)) }
    for file in others { Disk.remove(weightsPath(file, of: trial.study)) }
    FaultPoint.endCleaned.pass()
    return next
  }

  /// Makes an interrupted trial pending again, to resume from `checkpoint` or from the last reported one.
  ///
  /// Returns the error if the state could not be written.
  package func release(_ trial: ClaimedTrial, epoch: Int, checkpoint: [UInt8]?, seconds: Double, note: String? = nil)
    throws -> StorageError?
  {
    try leave(trial, as: .pending, epoch: epoch, checkpoint: checkpoint, seconds: seconds, note: note)
  }

  /// Marks a trial as pruned; if it is promoted, it resumes from `checkpoint`.
  ///
  /// Returns the error if the state could not be written.
  package func prune(_ trial: ClaimedTrial, epoch: Int, checkpoint: [UInt8]?, seconds: Double) throws -> StorageError? {
    try leave(trial, as: .pruned, epoch: epoch, checkpoint: checkpoint, seconds: seconds, note: nil)
  }

  private func leave(
    _ trial: ClaimedTrial, as left: TrialState, epoch: Int, checkpoint: [UInt8]?, seconds: Double, note: String?
  ) throws -> StorageError? {
    try requirePlace()
    let (state, failure) = save(checkpoint, epoch: epoch, of: trial)
    let superseded = try transaction { db in
      try Self.fence(trial, db)
      let superseded = try Self.register(state, of: trial, db)
      try db.execute(
        sql: """
          UPDATE trial SET state = ?, owner = NULL, heartbeat_at = NULL,
            finished_at = \(left == .pruned ? Schema.now : "NULL")
          WHERE id = ?
          """, arguments: [left.rawValue, trial.id])
      let ending = left == .pruned ? "pruned" : "interrupted"
      try Self.end(trial.id, trial.attempt, ending, seconds: seconds, note: note, db)
      FaultPoint.leaveUncommitted.pass()
      return superseded
    }
    FaultPoint.leaveCommitted.pass()
    for file in superseded { Disk.remove(checkpointPath(file)) }
    return failure
  }

  // MARK: - Statements

  /// Checks that the trial still belongs to this attempt; throws `TrialLost` otherwise.
  ///
  /// Since the transaction is immediate, this remains true until the commit.
  static func fence(_ trial: ClaimedTrial, _ db: Database) throws {
    try db.run(
      """
      UPDATE trial SET heartbeat_at = \(Schema.now)
      WHERE id = ? AND state = 'running' AND owner = ? AND attempt = ?
      """, [trial.id, trial.owner, trial.attempt])
    guard db.changesCount == 1 else { throw trial.lost }
  }

  private static func write(_ ending: TrialEnding, to trial: ClaimedTrial, seconds: Double, _ db: Database) throws {
    // A failed trial may run again; the message stays with the attempt.
    let note: String? = if case .failed(_, let message) = ending { message } else { nil }
    try end(trial.id, trial.attempt, ending.state.rawValue, seconds: seconds, note: note, db)
    var (kind, message, bestEpoch, bestValue): (String?, String?, Int?, Double?)
    switch ending {
    case .completed(let result):
      (bestEpoch, bestValue) = (result.bestEpoch, result.bestValue)
      for (index, metric) in result.metrics.enumerated() {
        try db.run(
          """
          INSERT INTO result (trial_id, split, metric, position, value) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT DO UPDATE SET value = excluded.value
          """, [trial.id, metric.split, metric.name, index + 1, metric.value])
      }
      for (split, ranks) in result.ranks {
        // Little-endian on every machine, so that the file is portable.
        let bytes = ranks.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        try db.run(
          "INSERT INTO user_rank (trial_id, split, ranks) VALUES (?, ?, ?)", [trial.id, split, Data(bytes)])
      }
    case .diverged(let epoch, let text):
      (kind, message, bestEpoch) = ("divergence", text, epoch)
    case .failed(let name, let text):
      (kind, message) = (name, text)
    }
    try db.run(
      """
      UPDATE trial SET state = ?, failure_kind = ?, failure_message = ?, owner = NULL, heartbeat_at = NULL,
        finished_at = \(Schema.now), best_epoch = ?, best_value = ?
      WHERE id = ?
      """, [ending.state.rawValue, kind, message, bestEpoch, bestValue, trial.id])
  }

  /// Closes an attempt and sums the trial's time; without `seconds`, the time of the last report is kept.
  static func end(
    _ trial: Int64, _ attempt: Int, _ ending: String, seconds: Double?, note: String?, _ db: Database
  ) throws {
    try db.run(
      """
      UPDATE attempt SET ended_at = \(Schema.now), ending = ?, seconds = coalesce(?, seconds),
        note = coalesce(note || '; ' || ?, note, ?)
      WHERE trial_id = ? AND attempt = ?
      """, [ending, seconds, note, note, trial, attempt])
    try db.run(
      "UPDATE trial SET training_seconds = (SELECT sum(seconds) FROM attempt WHERE trial_id = ?) WHERE id = ?",
      [trial, trial])
  }

  /// Sets a running trial's best value from its learning curve.
  static func recallBest(of trial: Int64, _ definition: StudyDefinition, _ db: Database) throws {
    let order = definition.direction == .maximize ? "DESC" : "ASC"
    let best = try db.row(
      """
      SELECT epoch, value FROM learning_curve WHERE trial_id = ? AND metric IN (?, ?) AND value IS NOT NULL
      ORDER BY value \(order), epoch LIMIT 1
      """, [trial, definition.metric, "valid.\(definition.metric)"])
    try db.run(
      "UPDATE trial SET best_epoch = ?, best_value = ? WHERE id = ?",
      [best?["epoch"] as Int?, best?["value"] as Double?, trial])
  }

  static func hyperparameters(of trial: Int64, _ db: Database) throws -> Hyperparameters {
    let rows = try db.rows("SELECT name, literal FROM trial_parameter WHERE trial_id = ? ORDER BY position", [trial])
    return Hyperparameters(
      rows.map { Hyperparameters.Pair(name: $0["name"], value: Literal(commandLine: $0["literal"])) })
  }

  // MARK: - Best weights

  /// Whether a result is better than those of all completed trials; if it is not, it never will be.
  private func isBest(_ trial: ClaimedTrial, _ result: TrialResult, _ definition: StudyDefinition) throws -> Bool {
    guard trial.repetition == 0, let value = result.bestValue, value.isFinite else { return false }
    let isWorse = definition.direction == .maximize ? "best_value > :value" : "best_value < :value"
    return try read { db in
      try Bool.fetchOne(
        db,
        sql: """
          SELECT NOT EXISTS (
            SELECT 1 FROM trial WHERE study_id = :study AND state = 'completed' AND active = 1 AND repeat = 0
            AND (\(isWorse) OR (best_value = :value AND ordinal < :ordinal)))
          """, arguments: ["study": trial.study, "value": value, "ordinal": trial.number]) ?? false
    }
  }

  /// Registers weights if they are still the best; returns the files that are no longer needed.
  private static func keep(_ weights: SavedState, of trial: ClaimedTrial, _ definition: StudyDefinition, _ db: Database)
    throws -> [String]
  {
    let order = definition.direction == .maximize ? "DESC" : "ASC"
    let best = try Int64.fetchOne(
      db,
      sql: """
        SELECT id FROM trial
        WHERE study_id = ? AND state = 'completed' AND active = 1 AND repeat = 0 AND best_value IS NOT NULL
        ORDER BY best_value \(order), ordinal LIMIT 1
        """, arguments: [trial.study])
    guard best == trial.id else { return [weights.file] }
    let condition = "trial_id IN (SELECT id FROM trial WHERE study_id = ?)"
    let others = try String.fetchAll(db, sql: "SELECT file FROM weights WHERE \(condition)", arguments: [trial.study])
    try db.execute(sql: "DELETE FROM weights WHERE \(condition)", arguments: [trial.study])
    try db.execute(
      sql: "INSERT INTO weights (trial_id, file, bytes, sha256) VALUES (?, ?, ?, ?)",
      arguments: [trial.id, weights.file, weights.bytes, weights.sha256])
    return others.filter { $0 != weights.file }
  }
}
