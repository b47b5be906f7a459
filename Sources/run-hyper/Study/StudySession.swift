import Foundation
import Literals
import Locks
import Model
import Tuner

/// One run of a study by this process, from its announcement to its leaderboard.
struct StudySession {
  let store: StudyStore
  let opening: StudyOpening
  let storage: StorageOptions
  let space: TuningSpace
  let objective: TrainingObjective
  let admission: Admission
  let request: RunOptions.Request

  /// What of all data the first configuration reads.
  let dataset: SequenceDataset?

  var study: Study { opening.study }

  /// Runs the remaining trials and prints the result.
  ///
  /// - Returns: A complaint to be made after all output, if no trial has a result; otherwise `nil`.
  /// - Throws: `CommandError.interrupted` after a signal, `.failed` when the study cannot be written.
  func run() async throws -> String? {
    defer { store.close() }
    let start = ContinuousClock.now
    let best = try store.leaderboard(of: study, LeaderboardQuery(top: 1, measuresCertainty: false)).rows.first
    let narrator = StudyNarrator(
      store: store, study: study, objective: objective,
      display: ProgressDisplay(
        StudyProgress(
          total: opening.counts.total, ended: opening.counts.ended, metric: study.definition.metric,
          decimalPlaces: study.definition.metricDecimalPlaces,
          best: best.flatMap { row in row.value.map { StudyProgress.Best(value: $0, trial: row.trial) } })))
    let stop = StopController()
    let interruption = Interruption {
      narrator.display.update(
        { _ in }, line: "Stopping: trials are saving their state (a second \(Interruption.ending) stops at once)",
        important: true)
      stop.requestStop()
    }
    var outcome = try await runTrials(narrator, stop)
    if outcome.completesSearch, try addRepeats() > 0 {
      let again = try await runTrials(narrator, stop)
      if again != .finished { outcome = again }
    }
    withExtendedLifetime(interruption) {}
    if outcome == .interrupted {
      let counts = try store.counts(of: study)
      throw CommandError.interrupted(
        """
        Interrupted: \(counts.progress); nothing is lost. Resume with:
          \(ProgramCommand.line("resume \(study.name.inShell)\(storageOption)"))
        """)
    }
    if case .leftToOthers(let trials) = outcome {
      Output.note(
        "Nothing left to start here, and \(trials.counting("trial")) of other processes \(trials == 1 ? "runs" : "run"): "
          + "this process ends, after \(request.idleTime.map { "\($0)" } ?? "a while") without work (--idle)")
      return nil
    }
    return try conclude(outcome, after: (ContinuousClock.now - start) / .seconds(1))
  }

  private func runTrials(_ narrator: StudyNarrator, _ stop: StopController) async throws -> RunOutcome {
    do {
      defer { narrator.display.finish() }
      return try await StudyRunner(
        store: store, study: study, objective: objective, workers: admission.workers,
        limits: RunLimits(
          deadline: request.deadline, target: request.target?.value, idleTime: request.idleTime?.duration),
        stop: stop, onEvent: narrator.tell
      ).run()
    } catch let error as MisplacedDatabase {
      throw CommandError.failed("\(error)")
    } catch let error as MixedMachines {
      throw CommandError.failed("\(error)")
    } catch {
      throw CommandError.failed("\(error)\nEverything written so far is kept; run the same command to resume")
    }
  }

  /// Adds the repeats with additional seeds that the study asks for, and returns how many have to run.
  func addRepeats() throws -> Int {
    guard let count = space.plan.repeats else { return 0 }
    let rows = try store.leaderboard(of: study).rows.filter { $0.state == .completed && $0.value != nil }
    guard !rows.isEmpty else {
      Output.note("No trial is repeated, since none has a value for \(study.definition.metric)")
      return 0
    }
    let tied = rows.filter { $0.certainty?.mayBeBest == true }
    let group = (tied.isEmpty ? Array(rows.prefix(1)) : tied).map(\.trial).sorted()
    let added = try store.addRepeats(of: group, count: count, in: study)
    if added > 0 {
      Output.note(
        "Repeating \(group.count) \(group.count == 1 ? "trial" : "trials") tied with the best with \(count) additional "
          + "\(count == 1 ? "seed" : "seeds"): \(added) \(added == 1 ? "trial" : "trials") to run")
    }
    return added
  }

  // MARK: - The end

  /// Prints the leaderboard and the best trial, and says what to do next.
  ///
  /// - Returns: The same as `run`.
  func conclude(_ outcome: RunOutcome, after seconds: Double) throws -> String? {
    try request.files.write(study, in: store)
    let board = try store.leaderboard(of: study, LeaderboardQuery(top: 10))
    let decimalPlaces = study.definition.metricDecimalPlaces
    Output.result(board.text(.table, decimalPlaces: decimalPlaces).trimmingCharacters(in: .newlines))
    if let best = board.rows.first, best.state == .completed, best.value != nil {
      Output.result("\n" + BestTrial.text(best, hasWeights: try hasWeights(best), decimalPlaces: decimalPlaces))
      if let steady = try store.leaderboard(of: study, LeaderboardQuery(measuresCertainty: false)).bestOverSeeds {
        Output.result("\n" + BestTrial.text(overSeeds: steady, metric: board.metric, decimalPlaces: decimalPlaces))
      }
    }
    var lines = ["", "Finished in \(ProgressText.duration(seconds: seconds))"]
    if let reason = reason(outcome, board.counts) { lines.append(reason) }
    let name = study.name.inShell
    let all = "leaderboard \(name) --top=\(max(board.counts.total, 1))\(storageOption)"
    lines.append("All trials: \(ProgramCommand.line(all))")
    if let best = board.rows.first {
      lines.append("One trial:  \(ProgramCommand.line("show \(name) \(best.trial)\(storageOption)"))")
    }
    Output.note(lines.joined(separator: "\n"))
    let counts = board.counts
    guard outcome.completesSearch, counts.completed + counts.pruned == 0 else { return nil }
    let ends = [(counts.diverged, "diverged"), (counts.failed, "failed")].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return "no trial of \(study.name) has a result" + (ends.isEmpty ? "" : ": \(ends.joined(separator: ", "))")
  }

  /// Whether the study keeps the weights of a trial, and they are there.
  private func hasWeights(_ row: Leaderboard.Row) throws -> Bool {
    guard let weights = try store.weights(of: study), weights.trial == row.trial else { return false }
    return weights.isPresent == true
  }

  /// Why the search ended before everything was tried.
  private func reason(_ outcome: RunOutcome, _ counts: StudyCounts) -> String? {
    switch outcome {
    case .finished where space.plan.leavesOut && counts.total < study.definition.trialLimit ?? 0:
      "No further configuration that can be trained was found: \(counts.total) of at most "
        + "\(study.definition.trialLimit ?? 0) trials (--skip_impossible)"
    case .finished, .interrupted, .leftToOthers: nil
    case .timedOut:
      "Time limit reached: \(counts.progress). Run the same command to resume"
    case .reachedTarget(let trial):
      "Target reached: trial \(trial) meets \(request.target.map { "\($0)" } ?? "it"). To resume, run the same command without --target"
    case .endedEarly(let trial):
      "Stopped early: \(space.plan.earlyStop ?? 0) consecutive \(space.plan.earlyStop == 1 ? "trial" : "trials") "
        + "up to trial \(trial) brought no improvement; "
        + "\(counts.shelved) \(counts.shelved == 1 ? "trial is" : "trials are") shelved. "
        + "To run them, use the same command without --early_stop"
    }
  }

  /// The options that name the database in a suggested command, without a password.
  var storageOption: String { storage.inCommand }
}

extension StudyCounts {
  /// How far the study is, in words.
  var progress: String { ProgressText.count(ended, pruned: pruned, of: "\(total) trials") }
}

extension RunOutcome {
  /// Whether the search is complete.
  fileprivate var completesSearch: Bool {
    switch self {
    case .finished, .endedEarly: true
    case .interrupted, .reachedTarget, .timedOut, .leftToOthers: false
    }
  }
}

/// Shows the events of a study on a display.
private final class StudyNarrator: Sendable {
  let store: StudyStore
  let study: Study
  let objective: TrainingObjective
  let display: ProgressDisplay

  private let nextAlignment = Locked(ContinuousClock.now)

  private var metric: String { study.definition.metric }

  /// The metric as shown to the user.
  private func shown(_ value: Double) -> String {
    value.decimal(places: study.definition.metricDecimalPlaces)
  }

  init(store: StudyStore, study: Study, objective: TrainingObjective, display: ProgressDisplay) {
    self.store = store
    self.study = study
    self.objective = objective
    self.display = display
  }

  /// Updates the counts from the store: other processes may have ended trials in the meantime.
  ///
  /// Counting the trials of a very large study takes a while, so the next update waits fifty times as long as this one took.
  private func align() {
    let start = ContinuousClock.now
    guard nextAlignment.withLock({ $0 }) <= start else { return }
    defer {
      let end = ContinuousClock.now
      nextAlignment.withLock { $0 = end + (end - start) * 50 }
    }
    guard let counts = try? store.counts(of: study), let work = try? store.work(of: study) else { return }
    let total = max(counts.total, study.definition.sampler == .tpe ? study.definition.trialLimit ?? 0 : 0)
    display.update { $0.align(total: total, ended: counts.ended, pruned: counts.pruned, work: work) }
  }

  func tell(_ event: StudyEvent) {
    switch event {
    case .opened: align()
    case .started(let trial, let hyperparameters, let attempt, let fromEpoch):
      let parameters = hyperparameters.pairs.map { "\($0.name)=\($0.value)".visible }.joined(separator: " ")
      align()
      let place = fromEpoch > 0 ? " again after epoch \(fromEpoch)" : attempt > 1 ? " again" : ""
      display.update(
        {
          $0.start(
            trial, parameters: parameters, work: objective.cost(of: hyperparameters)?.total, isResumed: fromEpoch > 0)
        },
        line: "trial \(trial) started\(place): \(parameters)", trial: trial)
    case .progressed(let trial, let fraction, let detail):
      display.progress(trial, { $0.advance(trial, to: fraction, detail: detail) }, line: "trial \(trial): \(detail)")
    case .reported(let trial, _, let values):
      let value = values.first { $0.name == MetricName.valid(metric).description }?.value
      if let value { display.update({ $0.validate(trial, value: value) }) }
    case .ended(let trial, let state, let value, let seconds, let message):
      let result = value.map { ", best \(metric) \(shown($0))" } ?? ""
      let reason = message.map { ": \($0.visible)" } ?? ""
      display.update(
        { $0.end(trial, value: state == .completed ? value : nil) },
        line: "trial \(trial) \(state.rawValue) in \(ProgressText.duration(seconds: seconds))\(result)\(reason)",
        important: state != .completed, addsSummary: true)
    case .pruned(let trial, let epoch, let value, let seconds):
      let result = value.map { ", \(metric) \(shown($0))" } ?? ""
      display.update(
        { $0.end(trial, value: nil, isPruned: true) },
        line: "trial \(trial) paused by the pruner after epoch \(epoch), "
          + "\(ProgressText.duration(seconds: seconds))\(result)", addsSummary: true)
    case .endedEarly(let trial):
      display.update({ _ in }, line: "early stop: the trials up to \(trial) brought no improvement", important: true)
    case .reachedTarget(let trial):
      display.update({ _ in }, line: "trial \(trial) has reached the target; only it continues", important: true)
    case .interrupted(let trial, let epoch):
      let place =
        epoch.map { " in epoch \($0 + 1); it will resume from there" } ?? "; it will resume from its last checkpoint"
      display.update({ $0.end(trial, value: nil, counts: false) }, line: "trial \(trial) paused\(place)")
    case .reclaimed(let trial):
      display.update({ _ in }, line: "trial \(trial): its process died; requeued")
    case .lost(let trial):
      display.update(
        { $0.end(trial, value: nil, counts: false) }, line: "trial \(trial) was taken over by another process",
        important: true)
    case .waiting(let trials, let elsewhere, let silence):
      let warning =
        elsewhere.isEmpty
        ? ""
        : "; \(elsewhere.joined(separator: ", ").visible) counts as dead after \(silence)"
      display.update(
        { _ in }, line: "waiting for \(trials) \(trials == 1 ? "trial" : "trials") of other processes\(warning)",
        important: true)
    case .warning(let text):
      display.update({ _ in }, line: "warning: \(text)", important: true)
    }
  }
}
