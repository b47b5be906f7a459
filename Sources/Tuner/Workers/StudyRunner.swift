import Literals
import Locks

/// Runs a study's trials on a pool of threads until all have ended.
public struct StudyRunner: Sendable {
  private let shared: StudyRun
  private let workers: Int
  private let deadline: ContinuousClock.Instant?

  /// - Parameter workers: The number of trials that run in parallel in this process, at least 1.
  /// - Parameter limits: Limits that end the run before everything is done.
  /// - Parameter stop: Used to request an early end.
  /// - Parameter onEvent: Called on the workers' threads, possibly several at a time.
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

  /// Runs the rest of the study, together with other processes that do the same.
  ///
  /// When only other processes still have trials, it waits for them, and takes over the trials of processes that
  /// die. Throws the first error of the store, after asking every trial to stop.
  public func run() async throws -> RunOutcome {
    try shared.prepare()
    let owners = (0..<workers).map { _ in shared.store.makeOwner() }
    let heartbeat = Task { [shared] in
      while (try? await Task.sleep(for: shared.store.heartbeatInterval)) != nil { shared.beat(owners) }
    }
    // In Foundation and Dispatch, a wait with a timeout uses the wall clock, and would last an hour longer if that is set back by an
    // hour. A task sleeps by a monotonic clock.
    let pulse = Task { [shared] in
      while (try? await Task.sleep(for: StudyRun.pollInterval)) != nil { shared.wakeWaiting() }
    }
    let alarm = deadline.map { deadline in
      Task { [shared] in
        if (try? await Task.sleep(until: deadline, clock: .continuous)) != nil { shared.timeIsUp() }
      }
    }
    // Another process may add trials, such as repeats, after the workers here have found none and ended.
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

/// The state shared by the workers of one run.
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

    /// Why no further trial is started, even without a request to stop.
    var end: RunOutcome?
  }

  /// The interval at which trials of other processes are checked.
  static let pollInterval: Duration = .milliseconds(250)

  init(
    store: StudyStore, study: Study, objective: any Objective, workers: Int, target: MetricTarget?,
    stop: StopController, onEvent: @escaping @Sendable (StudyEvent) -> Void
  ) {
    self.store = store
    self.study = study
    self.objective = objective
    self.target = target
    policy = ClaimPolicy(
      workers: workers, cost: { objective.cost(of: $0) }, isPossible: { objective.isPossible($0) })
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
    if let failure { throw store.reason(for: failure) }
    // Trials that other processes have added since do not make this run an interrupted one.
    guard end != nil || stop.isRequested else { return .finished }
    switch end {
    case .endedEarly(let trial): return .endedEarly(trial: trial)
    // The trial that reached the target may have been stopped before it ended.
    case .reachedTarget(let trial) where try trialWithTarget() != nil: return .reachedTarget(trial: trial)
    case .timedOut: return try store.isOver(study) ? .finished : .timedOut
    default: return try store.isOver(study) ? .finished : .interrupted
    }
  }

  /// Whether there is something left to run, and the run may continue.
  var hasMoreToDo: Bool {
    guard mayGoOn else { return false }
    do { return try !store.isOver(study) } catch {
      fail(error)
      return false
    }
  }

  func beat(_ owners: [String]) {
    // If a heartbeat cannot be written, the next report cannot either, and will say so.
    do { try store.beat(owners: owners) } catch let error as MisplacedDatabase {
      fail(error)
    } catch {
      onEvent(.warning("the heartbeat could not be written: \(error)"))
    }
    // Heartbeats of other hosts are watched all the time, so that nobody has to start waiting for them at the end. If they cannot be
    // read here, a worker cannot read them either, and will say so.
    if let isNews = try? reclaim(), isNews { wakeWaiting() }
  }

  func wakeWaiting() { stop.wakeWaiting() }

  /// Runs trials one after another until no process has any left.
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

  /// Runs the trial; returns the next one if it was taken in the same transaction.
  private func run(_ trial: ClaimedTrial) throws -> TakenTrial? {
    for note in trial.notes {
      let place = trial.checkpointEpoch == 0 ? "from the beginning" : "after epoch \(trial.checkpointEpoch)"
      onEvent(.warning("trial \(trial.number): \(note); it restarts \(place)"))
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
        onEvent(.warning("trial \(trial.number): \(reason); it restarts from the beginning"))
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
    // The trial that reaches the target must run to its result.
    let observed = try store.observe(trial, report, seconds: seconds, of: study, mayPrune: !reaches)
    if let failure = observed.failure {
      onEvent(.warning("trial \(trial.number) continues without a new checkpoint: \(failure)"))
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
      if let failure {
        onEvent(.warning("trial \(trial.number) was paused by the pruner without a new checkpoint: \(failure)"))
      }
      onEvent(.pruned(trial: trial.number, epoch: epoch, value: try store.value(of: trial), seconds: seconds))
      return nil
    case .success(.interrupted(let epoch, let checkpoint)) where running.shouldStop:
      let failure = try store.release(trial, epoch: epoch, checkpoint: checkpoint, seconds: seconds)
      if let failure { onEvent(.warning("trial \(trial.number) was paused without a new checkpoint: \(failure)")) }
      onEvent(.interrupted(trial: trial.number, epoch: epoch))
      return nil
    case .success(.interrupted):
      // If it became pending again, it would be restarted at once, forever.
      let message = "stopped without being asked to"
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
    // The trial that has just ended may have reached the target.
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

  /// Makes a trial pending again when the study cannot be written: the trial did not fail and waits for the next run.
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

  /// Starts no further trial and stops the running ones, except the one that reached the target.
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

  /// The first completed trial that has reached the target.
  private func trialWithTarget() throws -> Int? {
    try target.flatMap { try store.trial(reaching: $0, in: study) }
  }

  private func endEarly() throws {
    if let last = try store.endEarly(study) { end(.endedEarly(trial: last)) }
  }

  // MARK: - The pool

  /// Whether further trials may be started.
  private var mayGoOn: Bool { !stop.isRequested && state.withLock { $0.failure == nil && $0.end == nil } }

  /// Stores the first error and asks every trial to stop.
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
    guard state.withLock({ $0.running.isEmpty && !$0.hasAnnouncedWaiting }) else { return }
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

  // MARK: - Files next to the database

  /// Warns if the folders of checkpoints and weights were replaced.
  private func tellNotices() {
    for notice in store.states.takeNotices() { onEvent(.warning(notice)) }
  }

  /// Warns at the end of a run if the weights that it should leave are missing.
  func tellMissingWeights() {
    guard let weights = try? store.weights(of: study), weights.isPresent == false else { return }
    onEvent(
      .warning(
        "the weights of trial \(weights.trial) are missing: no file \(weights.location); \(ProgramCommand.line("train")) "
          + "with its configuration recreates them"))
  }
}

extension RunOutcome {
  /// Whether a running trial continues despite this outcome.
  fileprivate func spares(_ trial: Int) -> Bool { self == .reachedTarget(trial: trial) }
}

extension Duration {
  /// The same time as a number of seconds.
  fileprivate var inSeconds: Double { self / .seconds(1) }
}
