/// One start of a trial.
public struct TrialAttempt: Sendable, Equatable {
  public let number: Int
  public let owner: String
  public let startedAt: String
  public let endedAt: String?

  /// `completed`, `pruned`, `diverged`, `failed`, `interrupted` or `lost`; `nil` while it runs.
  public let ending: String?
  public let seconds: Double

  /// The epoch of the checkpoint from which the attempt started; 0 for a start from scratch.
  public let fromEpoch: Int
  public let note: String?

  /// Where it ran; `nil` for attempts of earlier versions.
  public var machine: AttemptMachine?

  /// The job of a cluster's scheduler in which it ran, such as `12_3`; `nil` outside a job, and for attempts of earlier versions.
  public var job: String?
}

extension TrialAttempt {
  /// The host of the attempt's process, the process, and its worker, counted from 1.
  public struct Owner: Sendable, Equatable, CustomStringConvertible {
    public let host: String
    public let process: Int
    public let worker: Int

    /// - Parameter text: As a database has it; `nil` if it has another form.
    init?(_ text: String) {
      guard let identity = ProcessIdentity(text),
        let worker = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst(5).first.flatMap({ Int($0) }
        )
      else { return nil }
      (host, process, self.worker) = (identity.host, Int(identity.process), worker)
    }

    /// For example `vm · process 21452 · worker 1`.
    public var description: String { "\(host) · process \(process) · worker \(worker)" }
  }

  /// The parts of `owner` that say something to a person; `nil` if it has another form.
  public var ownerParts: Owner? { Owner(owner) }
}

/// A point of a learning curve; a value that is `nil` stands for NaN.
public struct CurvePoint: Sendable, Equatable {
  public let epoch: Int
  public let metric: String
  public let value: Double?
}

/// A trial's entry in the record of pruning.
struct DecisionRow: Sendable, Equatable {
  let id: Int64
  let decision: PruningDecision

  /// The pruner's name.
  let pruner: String

  /// The time in UTC.
  let decidedAt: String
}

extension StudyStore {
  /// A trial's attempts, in order.
  static func attempts(of trial: Int64, _ db: Connection) throws -> [TrialAttempt] {
    try db.rows("SELECT * FROM attempt WHERE trial_id = ? ORDER BY attempt", [trial]).map { try TrialAttempt($0) }
  }

  /// The attempts of several trials, in order, by the trials' ids.
  static func attempts(of selection: TrialSelection, _ db: Connection) throws -> [Int64: [TrialAttempt]] {
    var attempts: [Int64: [TrialAttempt]] = [:]
    try db.each(
      "SELECT * FROM attempt WHERE trial_id IN (\(selection.sql)) ORDER BY trial_id, attempt", selection.arguments
    ) { row in
      attempts[try row["trial_id"], default: []].append(try TrialAttempt(row))
    }
    return attempts
  }

  /// A trial's learning curve by epoch, from the attempts on which its result is based.
  static func learningCurve(of trial: Int64, _ db: Connection) throws -> [CurvePoint] {
    let sql = "SELECT epoch, metric, value FROM learning_curve WHERE trial_id = ? ORDER BY epoch, metric"
    return try db.rows(sql, [trial]).map { row in
      try CurvePoint(epoch: row["epoch"], metric: row["metric"], value: row["value"])
    }
  }

  /// The learning curves of one metric by the trials' ids.
  static func learningCurves(
    of metric: String, _ selection: TrialSelection, _ db: Connection
  ) throws -> [Int64: [CurvePoint]] {
    var curves: [Int64: [CurvePoint]] = [:]
    try db.each(
      """
      SELECT trial_id, epoch, value FROM learning_curve WHERE trial_id IN (\(selection.sql)) AND metric = ?
      ORDER BY trial_id, epoch
      """, selection.arguments + [metric]
    ) { row in
      curves[try row["trial_id"], default: []].append(
        CurvePoint(epoch: try row["epoch"], metric: metric, value: try row["value"]))
    }
    return curves
  }

  /// A trial's entries in the record of pruning, in order, those of earlier pruners included.
  static func decisions(of trial: Int64, _ db: Connection) throws -> [DecisionRow] {
    try db.rows(
      """
      SELECT decision.*, ordinal FROM decision JOIN trial ON trial.id = trial_id WHERE trial_id = ? ORDER BY decision.id
      """, [trial]
    ).map { row in
      try DecisionRow(
        id: row["id"], decision: PruningDecision(row), pruner: row["scheduler"], decidedAt: row["decided_at"])
    }
  }
}

extension TrialAttempt {
  fileprivate init(_ row: SQLRow) throws {
    try self.init(
      number: row["attempt"], owner: row["owner"], startedAt: row["started_at"], endedAt: row["ended_at"],
      ending: row["ending"], seconds: row["seconds"], fromEpoch: row["from_epoch"], note: row["note"],
      machine: AttemptMachine(row), job: row["job"])
  }
}
