import Literals
import Locks

/// One trial on a worker's thread, from its claim to the record of how it ended.
struct TrialRun: Sendable {
  private let trial: ClaimedTrial
  private let studyRun: StudyRun
  private let objective: any Objective
  private let policy: ClaimPolicy

  private var store: StudyStore { studyRun.store }
  private var study: Study { studyRun.study }
  private var isRemote: Bool { store.server != nil }

  /// - Parameter policy: How the next trial is taken when this one ends.
  init(_ trial: ClaimedTrial, in studyRun: StudyRun, _ objective: any Objective, _ policy: ClaimPolicy) {
    self.trial = trial
    self.studyRun = studyRun
    self.objective = objective
    self.policy = policy
  }

  /// Runs the trial; returns the next one if it was taken in the same transaction.
  func perform() throws -> TakenTrial? {
    for note in trial.notes {
      let place = trial.checkpointEpoch == 0 ? "from the beginning" : "after epoch \(trial.checkpointEpoch)"
      warn("trial \(trial.number): \(note); it restarts \(place)")
    }
    studyRun.onEvent(
      .started(
        trial: trial.number, hyperparameters: trial.hyperparameters, attempt: trial.attempt,
        fromEpoch: trial.checkpointEpoch, isRepeat: trial.repetition > 0))
    let start = ContinuousClock.now
    let reports = ReportQueue(
      restsAfterStates: isRemote, write: observe, onFailure: { studyRun.fail(trial.number, $0) })
    let running = running(since: start, reports)
    studyRun.add(running)
    let result = Result { try objective.run(running) }
    let late = reports.close()
    studyRun.remove(running)
    return try record(result, of: running, late, seconds: start.secondsAgo)
  }

  /// The trial as the objective sees it.
  private func running(since start: ContinuousClock.Instant, _ reports: ReportQueue) -> RunningTrial {
    let gate = Locked(
      ReportGate(trial, of: study.definition, hasTarget: studyRun.target != nil, isRemote: isRemote))
    return RunningTrial(
      number: trial.number, hyperparameters: trial.hyperparameters, repetition: trial.repetition,
      attempt: trial.attempt, checkpoint: trial.checkpoint, checkpointEpoch: trial.checkpointEpoch,
      stop: studyRun.stop,
      onReport: { report in
        let entry = ReportQueue.Entry(report: report, seconds: start.secondsAgo)
        if gate.withLock({ $0.waits(for: report) }) { try reports.addAndWait(entry) } else { reports.add(entry) }
      },
      onFreshStart: { reason in
        try store.startAfresh(trial, because: reason, of: study)
        warn("trial \(trial.number): \(reason); it restarts from the beginning")
      },
      onProgress: { fraction, detail in
        studyRun.onEvent(.progressed(trial: trial.number, fraction: fraction, detail: detail))
      },
      mayTakeState: { reports.takesState })
  }

  private func observe(_ entry: ReportQueue.Entry) throws {
    let report = entry.report
    let reaches = studyRun.target.map { target in report.values.contains { target.isReached(by: $0) } } ?? false
    // The trial that reaches the target must run to its result.
    let observed = try store.observe(trial, report, seconds: entry.seconds, of: study, mayPrune: !reaches)
    if let failure = observed.failure {
      warn("trial \(trial.number) continues without a new checkpoint: \(failure)")
    }
    studyRun.tellNotices()
    studyRun.onEvent(.reported(trial: trial.number, epoch: report.epoch, values: report.values))
    if reaches { studyRun.end(.reachedTarget(trial: trial.number)) }
    if observed.isPruned { studyRun.prune(trial.number) }
  }

  // MARK: - The end

  private func record(
    _ result: Result<TrialOutcome, any Error>, of running: RunningTrial, _ late: [ReportQueue.Entry], seconds: Double
  ) throws -> TakenTrial? {
    let reports = try puttingBackIfUnwritten(seconds: seconds) {
      if let error = running.reportError { throw error }
      guard case .success(.interrupted(_, let checkpoint)) = result else { return late.map(\.report) }
      for var entry in late {
        // The interruption's own state is a later one.
        if checkpoint != nil { entry.report.checkpoint = nil }
        try observe(entry)
      }
      return []
    }
    switch result {
    case .success(.completed(let result)):
      return try finish(.completed(result), reports, seconds: seconds, value: result.bestValue, message: nil)
    case .success(.diverged(let epoch, let message)):
      return try finish(
        .diverged(epoch: epoch, message: message), reports, seconds: seconds, value: nil, message: message)
    case .success(.interrupted(let epoch, let checkpoint)) where running.isPruned:
      let failure = try store.prune(trial, epoch: epoch, checkpoint: checkpoint, seconds: seconds)
      if let failure { warn("trial \(trial.number) was paused by the pruner without a new checkpoint: \(failure)") }
      studyRun.onEvent(.pruned(trial: trial.number, epoch: epoch, value: try store.value(of: trial), seconds: seconds))
      return nil
    case .success(.interrupted(let epoch, let checkpoint)) where running.shouldStop:
      let failure = try store.release(trial, epoch: epoch, checkpoint: checkpoint, seconds: seconds)
      if let failure { warn("trial \(trial.number) was paused without a new checkpoint: \(failure)") }
      studyRun.onEvent(.interrupted(trial: trial.number, epoch: failure == nil ? epoch : nil))
      return nil
    case .success(.interrupted):
      // If it became pending again, it would be restarted at once, forever.
      let message = "stopped without being asked to"
      return try finish(
        .failed(kind: "interrupted", message: message), reports, seconds: seconds, value: nil, message: message)
    case .failure(let error) where error is TrialLost:
      throw error
    case .failure(let error):
      let message = "\(error)"
      return try finish(
        .failed(kind: "\(type(of: error))", message: message), reports, seconds: seconds, value: nil, message: message)
    }
  }

  /// - Parameter reports: Those that were not written before.
  private func finish(
    _ ending: TrialEnding, _ reports: [RunningTrial.Report], seconds: Double, value: Double?, message: String?
  ) throws -> TakenTrial? {
    // The trial that has just ended may have reached the target.
    let takesNext = studyRun.target == nil && studyRun.mayGoOn
    let next = try puttingBackIfUnwritten(seconds: seconds) {
      try store.finish(
        trial, ending, reports: reports, seconds: seconds, of: study, taking: takesNext ? policy : nil)
    }
    studyRun.tellNotices()
    for report in reports {
      studyRun.onEvent(.reported(trial: trial.number, epoch: report.epoch, values: report.values))
    }
    studyRun.onEvent(
      .ended(trial: trial.number, state: ending.state, value: value, seconds: seconds, message: message))
    try studyRun.endIfDecided()
    return next
  }

  /// Makes the trial pending again when the study cannot be written: it did not fail and waits for the next run.
  private func puttingBackIfUnwritten<Value>(seconds: Double, _ work: () throws -> Value) throws -> Value {
    do { return try work() } catch {
      if !(error is TrialLost) {
        _ = try? store.release(trial, epoch: 0, checkpoint: nil, seconds: seconds, note: "\(error)")
      }
      throw error
    }
  }

  private func warn(_ text: String) { studyRun.onEvent(.warning(text)) }
}

extension ContinuousClock.Instant {
  /// The time since this moment, in seconds.
  fileprivate var secondsAgo: Double { (ContinuousClock.now - self) / .seconds(1) }
}
