import Literals
import Tuner

/// Shows the progress of a study that other processes run, until it is over.
struct StudyWatch {
  private let session: StudySession
  private let mark: StudyMark
  private let display: ProgressDisplay

  private static let interval: Duration = .milliseconds(500)

  /// Time between two looks at the queue, and for how many of them nobody may be at work.
  private static let queueInterval: Duration = .seconds(10)
  private static let mostIdleLooks = 2

  private var study: Study { session.study }
  private var metric: String { study.definition.metric }

  /// - Parameter mark: What the queue knows the study's jobs by.
  init(_ session: StudySession, mark: StudyMark) {
    self.session = session
    self.mark = mark
    display = ProgressDisplay(
      StudyProgress(
        total: session.opening.counts.total, ended: session.opening.counts.ended,
        metric: session.study.definition.metric, decimalPlaces: session.study.definition.metricDecimalPlaces,
        best: try? session.store.bestSoFar(in: session.study, showing: session.space.space.varyingNames)),
      session.progressMode)
  }

  /// Waits for the study's end and prints the result.
  ///
  /// - Returns: A complaint to be made after all output, if no trial has a result; otherwise `nil`.
  /// - Throws: `CommandError.interrupted` after a signal, `.failed` if nobody works on the study any more.
  func run() async throws -> String? {
    let start = ContinuousClock.now
    let store = try session.storage.reader()
    defer { store.close() }
    let stop = StopController()
    let interruption = Interruption { stop.requestStop() }
    do {
      defer { display.finish() }
      try await watch(store, stop)
    }
    withExtendedLifetime(interruption) {}
    let name = study.name.inShell + session.storageOption
    guard !stop.isRequested else {
      throw CommandError.interrupted(
        """
        No longer waiting; the jobs go on. To see them, or to cancel them:
          \(ProgramCommand.line("jobs \(name)"))
          \(ProgramCommand.line("jobs \(name) --cancel"))
        """)
    }
    let ended = StudySession(
      store: store, opening: session.opening, storage: session.storage, space: session.space,
      objective: session.objective, admission: session.admission, request: session.request, dataset: session.dataset)
    return try ended.conclude(.finished, after: (ContinuousClock.now - start) / .seconds(1))
  }

  private func watch(_ store: StudyStore, _ stop: StopController) async throws {
    var revision: Int?
    var known = try ended(store.leaderboard(of: study, LeaderboardQuery(measuresCertainty: false))).mapValues(\.state)
    var nextLook = ContinuousClock.now + Self.queueInterval
    var idleLooks = 0
    while !stop.isRequested {
      let now = try store.revision(of: study)
      guard now != nil else { throw CommandError.failed("study \(study.name) was deleted") }
      if now != revision {
        revision = now
        try show(store, &known)
      }
      // The last worker adds repeats when it finds the search complete.
      if try store.isOver(study), try session.space.plan.repeats == nil || !isAtWork(store) { return }
      if ContinuousClock.now >= nextLook {
        idleLooks = try isAtWork(store) ? 0 : idleLooks + 1
        guard idleLooks < Self.mostIdleLooks else { throw abandoned(try store.counts(of: study)) }
        nextLook = .now + Self.queueInterval
      }
      try? await Task.sleep(for: Self.interval)
    }
  }

  /// Whether the queue has jobs of the study, or a process runs trials of it.
  private func isAtWork(_ store: StudyStore) throws -> Bool {
    // If Slurm does not answer, nothing is known.
    guard let queue = try? SlurmProgram.queue() else { return true }
    if queue.contains(where: { $0.mark == mark }) { return true }
    return try store.studies().contains { $0.study.id == study.id && $0.counts.running > 0 }
  }

  private func abandoned(_ counts: StudyCounts) -> CommandError {
    let name = study.name.inShell + session.storageOption
    return .failed(
      "\(counts.progress), and no job of the study is left; their logs say why. Go on with: "
        + ProgramCommand.line("submit \(name)"))
  }

  // MARK: - What is shown

  /// The trials that have ended, with their values.
  private func ended(_ board: Leaderboard) -> [Int: (state: TrialState, value: Double?)] {
    var ended: [Int: (state: TrialState, value: Double?)] = [:]
    for row in board.rows { ended[row.trial] = (row.state, row.value) }
    for failure in board.failures { ended[failure.trial] = (.failed, nil) }
    return ended
  }

  private func show(_ store: StudyStore, _ known: inout [Int: TrialState]) throws {
    let board = try store.leaderboard(of: study, LeaderboardQuery(measuresCertainty: false))
    let running = try store.runningTrials(of: study)
    let work = try store.work(of: study)
    for trial in running where known[trial.number] != .running {
      known[trial.number] = .running
      let place = trial.job.map { " in job \($0)" } ?? ""
      display.update(
        ProgressEvent(
          "started", "trial \(trial.number) started\(place): \(trial.hyperparameters.visible)", trial: trial.number)
      ) {
        $0.start(
          trial.number, parameters: trial.hyperparameters.shown(session.space.space.varyingNames),
          work: session.objective.cost(of: trial.hyperparameters)?.total, isResumed: trial.epoch > 0,
          isRanked: !trial.isRepeat)
      }
    }
    for trial in running {
      guard let limit = trial.epochLimit, limit > 0 else { continue }
      let detail = "epoch \(trial.epoch) of \(limit)"
      display.progress(
        trial.number, { $0.advance(trial.number, to: Double(trial.epoch) / Double(limit), detail: detail) },
        event: ProgressEvent("progressed", "trial \(trial.number): \(detail)", trial: trial.number))
    }
    let current = Set(running.map(\.number))
    for (trial, (state, value)) in ended(board).sorted(by: { $0.key < $1.key })
    where !current.contains(trial) && known[trial] != state {
      if known[trial] != .running { display.update { $0.start(trial, parameters: []) } }
      known[trial] = state
      let result = value.map { ", best \(metric) \($0.decimal(places: study.definition.metricDecimalPlaces))" } ?? ""
      let isMeasured = state == .completed || state == .pruned
      let what = state == .pruned ? "paused by the pruner" : state.rawValue
      display.update(
        ProgressEvent(
          state == .pruned ? "paused_by_pruner" : state.rawValue, "trial \(trial) \(what)\(result)", trial: trial,
          values: value.map { [MetricName.valid(metric).description: $0] } ?? [:], isImportant: !isMeasured,
          addsSummary: true)
      ) { $0.end(trial, value: isMeasured ? value : nil, isPruned: state == .pruned) }
    }
    for (trial, state) in known where state == .running && !current.contains(trial) {
      known[trial] = .pending
      display.update(ProgressEvent("interrupted", "trial \(trial) paused; it will resume", trial: trial)) {
        $0.end(trial, value: nil, counts: false)
      }
    }
    let counts = board.counts
    let total = max(counts.total, study.definition.sampler == .tpe ? study.definition.trialLimit ?? 0 : 0)
    let best = try store.bestSoFar(in: study, showing: session.space.space.varyingNames)
    display.update {
      $0.align(total: total, ended: counts.ended, pruned: counts.pruned, work: work)
      $0.align(best: best)
    }
  }
}
