import Locks

extension AttemptMachine {
  /// The machine of a row of `attempt`; `nil` for an attempt of an earlier version.
  init?(_ row: SQLRow) throws {
    guard let cpu: String = try row["cpu"], let set: String = try row["instruction_set"] else { return nil }
    let owner = ProcessIdentity(try row["owner"] as String)
    self.init(host: owner?.host ?? "an unknown host", cpu: cpu, instructionSet: set)
  }
}

extension StudyStore {
  /// The machine of this process; `nil` if it takes part without saying so.
  var attemptMachine: AttemptMachine? {
    machine.map { AttemptMachine(host: process.host, cpu: $0.cpu, instructionSet: $0.instructionSet) }
  }

  /// What makes this machine one too many in a study, or `nil` if its results have the same bits as those that the study keeps.
  ///
  /// Neither attempts of earlier versions count, nor those from which nothing is left: failed ones, and those that were lost or replaced
  /// from the beginning.
  func mixture(in study: Study, _ db: Connection) throws -> MixedMachines? {
    guard let machine, let own = attemptMachine else { return nil }
    var trials: [AttemptMachine: Set<Int64>] = [:]
    try db.each(
      """
      SELECT trial_id, attempt.owner, cpu, instruction_set FROM attempt JOIN trial ON trial.id = trial_id
      WHERE study_id = ? AND instruction_set <> ?
        AND (state IN ('running', 'completed', 'pruned', 'diverged') OR EXISTS (
          SELECT 1 FROM checkpoint WHERE checkpoint.trial_id = trial.id AND checkpoint.attempt >= attempt.attempt))
        AND NOT EXISTS (
          SELECT 1 FROM attempt AS later WHERE later.trial_id = trial.id AND later.attempt > attempt.attempt
            AND later.from_epoch <= attempt.from_epoch
            AND (later.from_checkpoint IS NULL OR later.from_checkpoint = attempt.from_checkpoint))
      """, [study.id, machine.instructionSet]
    ) { row in
      guard let other = try AttemptMachine(row), !machine.haveSameBits(other.instructionSet) else { return }
      trials[other, default: []].insert(try row["trial_id"])
    }
    guard !trials.isEmpty else { return nil }
    let parts = trials.map { MixedMachines.Part(machine: $0.key, trialCount: $0.value.count) }
    return MixedMachines(
      study: study.name,
      others: parts.sorted { ($1.trialCount, $0.machine.description) < ($0.trialCount, $1.machine.description) },
      own: own)
  }

  /// Refuses a study with results that may have other bits, unless this machine may mix with them.
  ///
  /// A process asks before its first trial of the study: another one may have been faster to take a trial of a new study. Later, it is the
  /// others that are refused.
  func requireSameBits(in study: Study, _ db: Connection) throws {
    guard let machine, !machine.isMixed, !joined.withLock({ $0.contains(study.id) }) else { return }
    if let mixture = try mixture(in: study, db) { throw mixture }
  }

  /// The machines of all attempts of a study, with the attempts' number; those of earlier versions are missing.
  static func machines(of study: Int64, _ db: Connection) throws -> [AttemptMachine: Int] {
    let rows = try db.rows(
      """
      SELECT attempt.owner, cpu, instruction_set, count(*) AS attempts FROM attempt JOIN trial ON trial.id = trial_id
      WHERE study_id = ? AND cpu IS NOT NULL GROUP BY attempt.owner, cpu, instruction_set
      """, [study])
    var machines: [AttemptMachine: Int] = [:]
    for row in rows {
      if let machine = try AttemptMachine(row) { machines[machine, default: 0] += try row["attempts"] }
    }
    return machines
  }
}
