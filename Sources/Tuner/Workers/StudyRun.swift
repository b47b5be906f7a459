import Literals
import Locks

/// The coordination of a run of a study: what happens before, between and after the trials, whoever trains them.
final class StudyRun: Sendable {
  let store: StudyStore
  let study: Study
  let target: MetricTarget?
  private let idleTime: Duration?
  let stop: StopController
  let onEvent: @Sendable (StudyEvent) -> Void
  private let state = Locked(State())

  private struct State {
    /// The trials that this process is training.
    var running: [Int: RunningTrial] = [:]
    var failure: (any Error)?
    var hasAnnouncedWaiting = false

    /// Since when no worker of this process has had anything to do but wait.
    var idleSince: ContinuousClock.Instant?

    /// Why no further trial is started, even without a request to stop.
    var end: RunOutcome?
  }

  init(
    store: StudyStore, study: Study, limits: RunLimits, stop: StopController,
    onEvent: @escaping @Sendable (StudyEvent) -> Void
  ) {
    self.store = store
    self.study = study
    target = limits.target
    idleTime = limits.idleTime
    self.stop = stop
    self.onEvent = onEvent
  }

  /// Puts the study in order before the first trial.
  func prepare() throws {
    // Once the user wants to stop, nobody waits long for a lost server.
    store.database.attend(
      isStopping: { [stop] in stop.isRequested }, onNotice: { [onEvent] in onEvent(.warning($0)) })
    try reclaim()
    try store.removeOrphans()
    try endIfDecided()
    onEvent(.opened(study: study.name, counts: try store.counts(of: study)))
  }

  /// Leaves the study in order after the last trial.
  ///
  /// Throws the error that ended the run, if there was one.
  func conclude() throws -> RunOutcome {
    store.consolidate()
    let outcome = try outcome()
    tellMissingWeights()
    return outcome
  }

  private func outcome() throws -> RunOutcome {
    let (failure, end) = state.withLock { ($0.failure, $0.end) }
    if let failure { throw store.reason(for: failure) }
    // Trials that other processes have added since do not make this run an interrupted one.
    guard end != nil || stop.isRequested else { return .finished }
    switch end {
    case .endedEarly(let trial): return .endedEarly(trial: trial)
    // The trial that reached the target may have been stopped before it ended.
    case .reachedTarget(let trial) where try trialWithTarget() != nil: return .reachedTarget(trial: trial)
    case .timedOut: return try store.isOver(study) ? .finished : .timedOut
    case .leftToOthers(let trials): return try store.isOver(study) ? .finished : .leftToOthers(trials: trials)
    default: return try store.isOver(study) ? .finished : .interrupted
    }
  }

  // MARK: - Whether to go on

  /// Whether further trials may be started.
  var mayGoOn: Bool { !stop.isRequested && state.withLock { $0.failure == nil && $0.end == nil } }

  /// Whether there is something left to run, and the run may continue.
  var hasMoreToDo: Bool {
    guard mayGoOn else { return false }
    do { return try !store.isOver(study) } catch {
      fail(error)
      return false
    }
  }

  /// Starts no further trial and stops the running ones, except the one that reached the target.
  func end(_ outcome: RunOutcome) {
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
    case .finished, .interrupted, .timedOut, .leftToOthers: break
    }
    stop.wakeWaiting()
  }

  /// Ends the run if the study's trials say so: without improvement for too long, or with the target reached.
  func endIfDecided() throws {
    if let last = try store.endEarly(study) { end(.endedEarly(trial: last)) }
    if let reaching = try trialWithTarget() { end(.reachedTarget(trial: reaching)) }
  }

  /// The first completed trial that has reached the target.
  private func trialWithTarget() throws -> Int? {
    try target.flatMap { try store.trial(reaching: $0, in: study) }
  }

  /// Stores the first error and asks every trial to stop.
  func fail(_ error: any Error) {
    state.withLock { state in
      state.failure = state.failure ?? error
      for trial in state.running.values { trial.cut() }
    }
    stop.wakeWaiting()
  }

  // MARK: - Waiting for work

  /// On a server, what was heard of the study's trials so far.
  var news: Int? { store.server?.news(of: study.id) }

  /// Waits until there may be work: on a server, until it tells of a trial, and otherwise until the next pulse.
  ///
  /// - Parameter news: What was heard before the worker looked for work.
  func waitForWork(since news: Int?) {
    guard let server = store.server else { return stop.waitForPulse() }
    // Work may also come in another way, such as a repeat that somebody asks for.
    let end = ContinuousClock.now + .seconds(2)
    while mayGoOn, ContinuousClock.now < end, server.news(of: study.id) == news { server.awaitInput() }
  }

  /// Leaves the rest to others if this process has waited for them long enough, and they are alive; the last one stays.
  ///
  /// For a worker that has found nothing to do.
  func leaveIfIdle(clock: () -> ContinuousClock.Instant = { .now }) throws {
    guard let idleTime else { return }
    let now = clock()
    let isLong = state.withLock { state in
      guard state.running.isEmpty else { return false }
      let since = state.idleSince ?? now
      state.idleSince = since
      return now - since >= idleTime
    }
    guard isLong else { return }
    let others = try store.trialsElsewhere(of: study).filter { !$0.seemsAbandoned(after: store.silence.limit) }
    if !others.isEmpty { end(.leftToOthers(trials: others.count)) }
  }

  // MARK: - The trials of this process

  /// Adds a trial, which is asked to stop as soon as the run ends.
  func add(_ trial: RunningTrial) {
    state.withLock { state in
      state.running[trial.number] = trial
      state.hasAnnouncedWaiting = false
      state.idleSince = nil
      if state.failure != nil || state.end != nil { trial.cut() }
    }
  }

  /// Asks a trial to stop, on behalf of the pruner.
  func prune(_ trial: Int) { state.withLock { $0.running[trial] }?.prune() }

  /// Asks a trial to stop, since one of its reports could not be written.
  func fail(_ trial: Int, _ error: any Error) { state.withLock { $0.running[trial] }?.fail(error) }

  func remove(_ trial: RunningTrial) { state.withLock { _ = $0.running.removeValue(forKey: trial.number) } }

  // MARK: - The trials of other processes

  /// Says that the owners in this process are alive, and looks for dead ones elsewhere.
  func beat(_ owners: [String]) {
    let before = state.withLock { $0.running }
    // If a heartbeat cannot be written, the next report cannot either, and will say so.
    do { dropLost(of: before, owned: try store.beat(owners: owners)) } catch let error as MisplacedDatabase {
      fail(error)
    } catch {
      onEvent(.warning("the heartbeat could not be written: \(error)"))
    }
    // Heartbeats of other hosts are watched all the time, so that nobody has to start waiting for them at the end. If
    // they cannot be read here, a worker cannot read them either, and will say so.
    if let isNews = try? reclaim(), isNews { stop.wakeWaiting() }
  }

  /// Stops the trials that this process was and is still training, but that belong to others.
  private func dropLost(of before: [Int: RunningTrial], owned: [Int]) {
    let lost = state.withLock { state in
      state.running.values.filter { $0 === before[$0.number] && !owned.contains($0.number) }
    }
    for trial in lost { trial.fail(TrialLost(trial: trial.number, attempt: trial.attempt)) }
  }

  /// Requeues the trials of dead processes; returns whether there were any.
  @discardableResult
  func reclaim() throws -> Bool {
    let numbers = try store.reclaim(in: study)
    for number in numbers { onEvent(.reclaimed(trial: number)) }
    return !numbers.isEmpty
  }

  /// Says once that only other processes' trials are left.
  func announceWaiting() throws {
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
    onEvent(.waiting(trials: trials.count, elsewhere: elsewhere, silence: store.silence))
  }

  // MARK: - Files next to the database

  /// Warns if the folders of checkpoints and weights were replaced.
  func tellNotices() {
    for notice in store.states.takeNotices() { onEvent(.warning(notice)) }
  }

  /// Warns at the end of a run if the weights that it should leave are missing.
  private func tellMissingWeights() {
    guard let weights = try? store.weights(of: study), weights.isPresent == false else { return }
    onEvent(
      .warning(
        "the weights of trial \(weights.trial) are missing: no \(store.states.noun) \(weights.location); "
          + "\(ProgramCommand.line("train")) with its configuration recreates them"))
  }
}

extension RunOutcome {
  /// Whether a running trial continues despite this outcome.
  fileprivate func spares(_ trial: Int) -> Bool { self == .reachedTarget(trial: trial) }
}
