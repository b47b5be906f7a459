import Locks

/// Runs a study's trials on a pool of threads until every one has ended.
public struct StudyRunner: Sendable {
  private let shared: StudyRun
  private let workers: Int
  private let deadline: ContinuousClock.Instant?

  /// - Parameter workers: How many trials run at the same time in this process, at least 1.
  /// - Parameter limits: What ends the run before everything is done.
  /// - Parameter stop: Where to ask for an early end.
  /// - Parameter onEvent: Called on the workers' threads, several at a time.
  public init(
    store: StudyStore, study: Study, objective: any Objective, workers: Int, limits: RunLimits = RunLimits(),
    stop: StopController = StopController(), onEvent: @escaping @Sendable (StudyEvent) -> Void = { _ in }
  ) {
    self.workers = max(1, workers)
    deadline = limits.deadline
    shared = StudyRun(
      store: store, study: study, objective: objective, workers: self.workers, target: limits.target, stop: stop,
      onEvent: onEvent)
  }

  /// Runs what is left of the study, together with other processes that do the same.
  ///
  /// When only other processes still have trials, it waits for them, and takes over those of processes that
  /// die. Throws the first error of the store, after every trial was asked to stop.
  public func run() async throws -> RunOutcome {
    try shared.prepare()
    let owners = (0..<workers).map { _ in shared.store.makeOwner() }
    let heartbeat = Task { [shared] in
      while (try? await Task.sleep(for: shared.store.heartbeatInterval)) != nil { shared.beat(owners) }
    }
    // A wait with a limit of its own would go by the wall clock in Foundation and Dispatch, and last an hour longer when that is set
    // back by one. A task sleeps by a clock that nobody sets.
    let pulse = Task { [shared] in
      while (try? await Task.sleep(for: StudyRun.pollInterval)) != nil { shared.wakeWaiting() }
    }
    let alarm = deadline.map { deadline in
      Task { [shared] in
        if (try? await Task.sleep(until: deadline, clock: .continuous)) != nil { shared.timeIsUp() }
      }
    }
    // Another process may add trials, such as repeats, after the workers here have found none and gone.
    var isToGoOn = true
    while isToGoOn {
      await withTaskGroup(of: Void.self) { group in
        for (index, owner) in owners.enumerated() {
          group.addTask { [shared] in
            await Worker(number: index + 1).run { shared.work(as: owner) }
          }
        }
      }
      isToGoOn = shared.hasMoreToDo
    }
    heartbeat.cancel()
    pulse.cancel()
    alarm?.cancel()
    shared.store.consolidate()
    let outcome = try shared.outcome()
    shared.tellMissingWeights()
    return outcome
  }
}

/// What the workers of one run share.
private final class StudyRun: Sendable {
  let store: StudyStore
  private let study: Study
  private let objective: any Objective
  private let policy: ClaimPolicy
  private let target: MetricTarget?
  private let stop: StopController
  private let onEvent: @Sendable (StudyEvent) -> Void
  private let state = Locked(State())

  private struct State {
    var running: [Int: RunningTrial] = [:]
    var failure: (any Error)?
    var hasAnnouncedWaiting = false

    /// Why no further trial is started, although nobody asked for it.
    var end: RunOutcome?
  }

  /// Time between two looks for trials of other processes.
  static let pollInterval: Duration = .milliseconds(250)

  init(
    store: StudyStore, study: Study, objective: any Objective, workers: Int, target: MetricTarget?,
    stop: StopController, onEvent: @escaping @Sendable (StudyEvent) -> Void
  ) {
    self.store = store
    self.study = study
    self.objective = objective
    self.target = target
    policy = ClaimPolicy(workers: workers) { objective.cost(of: $0) }
    self.stop = stop
    self.onEvent = onEvent
  }

  func prepare() throws {
    try reclaim()
    try store.removeOrphans()
    try endEarly()
    if let trial = try trialWithTarget() { end(.reachedTarget(trial: trial)) }
    onEvent(.opened(study: study.name, counts: try store.counts(of: study)))
  }

  func outcome() throws -> RunOutcome {
    let (failure, end) = state.withLock { ($0.failure, $0.end) }
    if let failure { throw failure }
    // What others have added since is theirs, and no reason to call this run interrupted.
    guard end != nil || stop.isRequested else { return .finished }
    switch end {
    case .endedEarly(let trial): return .endedEarly(trial: trial)
    // The trial that reached the target may have been stopped before its end.
    case .reachedTarget(let trial) where try trialWithTarget() != nil: return .reachedTarget(trial: trial)
    case .timedOut: return try store.isOver(study) ? .finished : .timedOut
    default: return try store.isOver(study) ? .finished : .interrupted
    }
  }

  /// Whether there is something to run and nothing that forbids it.
  var hasMoreToDo: Bool {
    guard mayGoOn else { return false }
    do { return try !store.isOver(study) } catch {
      fail(error)
      return false
    }
  }

  func beat(_ owners: [String]) {
    // What a beat cannot write, the next report cannot either, and says so.
    do { try store.beat(owners: owners) } catch let error as MisplacedDatabase {
      fail(error)
    } catch {
      onEvent(.warning("no heartbeat: \(error)"))
    }
    // Owners on other hosts are listened to all the time, so that nobody has to wait for their silence at the end. What cannot be
    // read here, a worker cannot read either, and says so.
    if let isNews = try? reclaim(), isNews { wakeWaiting() }
  }

  func wakeWaiting() { stop.wakeWaiting() }

  /// Runs trials one after another until none is left anywhere.
  func work(as owner: String) {
    var next: TakenTrial?
    while next != nil || mayGoOn {
      do {
        let taken = next
        next = nil
        switch try taken.map({ .trial(try store.ready($0, of: study)) })
          ?? store.claim(from: study, owner: owner, policy: policy)
        {
        case .trial(let trial):
          next = try run(trial)
          stop.wakeWaiting()
        case .over: return
        case .wait:
          if try reclaim() { continue }
          try announceWaiting()
          stop.waitForPulse()
        }
      } catch let lost as TrialLost {
        onEvent(.lost(trial: lost.trial))
      } catch {
        fail(error)
      }
    }
  }

  // MARK: - One trial

  /// Returns the trial that was taken with the end of this one.
  private func run(_ trial: ClaimedTrial) throws -> TakenTrial? {
    for note in trial.notes {
      onEvent(.warning("trial \(trial.number): \(note); it starts again from epoch \(trial.checkpointEpoch)"))
    }
    onEvent(
      .started(
        trial: trial.number, hyperparameters: trial.hyperparameters, attempt: trial.attempt,
        fromEpoch: trial.checkpointEpoch))
    let start = ContinuousClock.now
    let running = RunningTrial(
      number: trial.number, hyperparameters: trial.hyperparameters, repetition: trial.repetition,
      attempt: trial.attempt, checkpoint: trial.checkpoint, checkpointEpoch: trial.checkpointEpoch, stop: stop,
      onReport: { [self] report in try observe(report, of: trial, seconds: (ContinuousClock.now - start).inSeconds) },
      onFreshStart: { [self] reason in
        try store.startAfresh(trial, because: reason, of: study)
        onEvent(.warning("trial \(trial.number): \(reason); it starts again from epoch 0"))
      },
      onProgress: { [onEvent] fraction, detail in
        onEvent(.progressed(trial: trial.number, fraction: fraction, detail: detail))
      })
    state.withLock { state in
      state.running[trial.number] = running
      state.hasAnnouncedWaiting = false
      if state.failure != nil || state.end != nil { running.cut() }
    }
    let result = Result { try objective.run(running) }
    state.withLock { _ = $0.running.removeValue(forKey: trial.number) }
    return try record(result, of: trial, running, seconds: (ContinuousClock.now - start).inSeconds)
  }

  private func observe(_ report: RunningTrial.Report, of trial: ClaimedTrial, seconds: Double) throws {
    let reaches = target.map { target in report.values.contains { target.isReached(by: $0) } } ?? false
    // The trial that reaches the target is wanted with its result.
    let observed = try store.observe(trial, report, seconds: seconds, of: study, mayPrune: !reaches)
    if let failure = observed.failure {
      onEvent(.warning("trial \(trial.number) goes on without a checkpoint: \(failure)"))
    }
    tellNotices()
    onEvent(.reported(trial: trial.number, epoch: report.epoch, values: report.values))
    if reaches { end(.reachedTarget(trial: trial.number)) }
    if observed.isPruned { state.withLock { $0.running[trial.number] }?.prune() }
  }

  private func record(
    _ result: Result<TrialOutcome, any Error>, of trial: ClaimedTrial, _ running: RunningTrial, seconds: Double
  ) throws -> TakenTrial? {
    try putBackIfUnwritten(trial, seconds: seconds) { if let error = running.reportError { throw error } }
    switch result {
    case .success(.completed(let result)):
      return try finish(trial, .completed(result), seconds: seconds, value: result.bestValue, message: nil)
    case .success(.diverged(let epoch, let message)):
      return try finish(
        trial, .diverged(epoch: epoch, message: message), seconds: seconds, value: nil, message: message)
    case .success(.interrupted(let epoch, let checkpoint)) where running.isPruned:
      let failure = try store.prune(trial, epoch: epoch, checkpoint: checkpoint, seconds: seconds)
      if let failure { onEvent(.warning("trial \(trial.number) was pruned without a new checkpoint: \(failure)")) }
      onEvent(.pruned(trial: trial.number, epoch: epoch, value: try store.value(of: trial), seconds: seconds))
      return nil
    case .success(.interrupted(let epoch, let checkpoint)) where running.shouldStop:
      let failure = try store.release(trial, epoch: epoch, checkpoint: checkpoint, seconds: seconds)
      if let failure { onEvent(.warning("trial \(trial.number) was stopped without a new checkpoint: \(failure)")) }
      onEvent(.interrupted(trial: trial.number, epoch: epoch))
      return nil
    case .success(.interrupted):
      // Back to pending it would be started again at once, for ever.
      let message = "it stopped without having been asked to"
      return try finish(
        trial, .failed(kind: "interrupted", message: message), seconds: seconds, value: nil, message: message)
    case .failure(let error) where error is TrialLost:
      throw error
    case .failure(let error):
      let message = "\(error)"
      return try finish(
        trial, .failed(kind: "\(type(of: error))", message: message), seconds: seconds, value: nil, message: message)
    }
  }

  private func finish(
    _ trial: ClaimedTrial, _ ending: TrialEnding, seconds: Double, value: Double?, message: String?
  ) throws -> TakenTrial? {
    // A target may be reached by what has just ended.
    let takesNext = target == nil && mayGoOn
    let next = try putBackIfUnwritten(trial, seconds: seconds) {
      try store.finish(trial, ending, seconds: seconds, of: study, taking: takesNext ? policy : nil)
    }
    tellNotices()
    onEvent(.ended(trial: trial.number, state: ending.state, value: value, seconds: seconds, message: message))
    try endEarly()
    if let reaching = try trialWithTarget() { end(.reachedTarget(trial: reaching)) }
    return next
  }

  /// Puts a trial back to pending when the study cannot be written: the trial is not to blame and waits for the next run.
  private func putBackIfUnwritten<Value>(_ trial: ClaimedTrial, seconds: Double, _ work: () throws -> Value) throws
    -> Value
  {
    do { return try work() } catch {
      if !(error is TrialLost) {
        _ = try? store.release(trial, epoch: 0, checkpoint: nil, seconds: seconds, note: "\(error)")
      }
      throw error
    }
  }

  // MARK: - Ends before everything is done

  /// Lets no further trial start and stops those that run, apart from the one that reached the target.
  private func end(_ outcome: RunOutcome) {
    let isNews = state.withLock { state in
      guard state.end == nil || outcome == .timedOut else { return false }
      state.end = outcome
      for (number, trial) in state.running where !outcome.spares(number) { trial.cut() }
      return true
    }
    guard isNews else { return }
    switch outcome {
    case .endedEarly(let trial): onEvent(.endedEarly(trial: trial))
    case .reachedTarget(let trial): onEvent(.reachedTarget(trial: trial))
    case .finished, .interrupted, .timedOut: break
    }
    stop.wakeWaiting()
  }

  func timeIsUp() { end(.timedOut) }

  /// The first completed trial that has the target.
  private func trialWithTarget() throws -> Int? {
    try target.flatMap { try store.trial(reaching: $0, in: study) }
  }

  private func endEarly() throws {
    if let last = try store.endEarly(study) { end(.endedEarly(trial: last)) }
  }

  // MARK: - The pool

  /// Whether further trials may be started.
  private var mayGoOn: Bool { !stop.isRequested && state.withLock { $0.failure == nil && $0.end == nil } }

  /// Keeps the first error and asks every trial to stop.
  private func fail(_ error: any Error) {
    state.withLock { state in
      state.failure = state.failure ?? error
      for trial in state.running.values { trial.cut() }
    }
    stop.wakeWaiting()
  }

  @discardableResult
  private func reclaim() throws -> Bool {
    let numbers = try store.reclaim(in: study)
    for number in numbers { onEvent(.reclaimed(trial: number)) }
    return !numbers.isEmpty
  }

  /// Says once that only other processes' trials are left.
  private func announceWaiting() throws {
    // The database knows also of a trial that a worker of this process has only just taken.
    guard !state.withLock({ $0.hasAnnouncedWaiting }) else { return }
    let trials = try store.trialsElsewhere(of: study)
    guard !trials.isEmpty else { return }
    let isNews = state.withLock { state in
      defer { state.hasAnnouncedWaiting = true }
      return !state.hasAnnouncedWaiting
    }
    guard isNews else { return }
    let elsewhere = Set(trials.filter { $0.life == .unknown }.map(\.ownerText)).sorted()
    onEvent(.waiting(trials: trials.count, elsewhere: elsewhere, limit: store.heartbeatTimeout))
  }

  // MARK: - Files beside the database

  /// Tells what became of the folders of checkpoints and weights.
  private func tellNotices() {
    for notice in store.takeNotices() { onEvent(.warning(notice)) }
  }

  /// Tells at the end of a run that the weights it should leave are not there.
  func tellMissingWeights() {
    guard let missing = try? store.missingWeights(of: study) else { return }
    onEvent(
      .warning(
        "the weights of trial \(missing.trial) are missing: there is no file \(missing.path); run-hyper train with its "
          + "configuration makes them again"))
  }
}

extension RunOutcome {
  /// Whether a running trial goes on although the run ends so.
  fileprivate func spares(_ trial: Int) -> Bool { self == .reachedTarget(trial: trial) }
}

extension Duration {
  /// The same time as a number of seconds.
  fileprivate var inSeconds: Double { self / .seconds(1) }
}
