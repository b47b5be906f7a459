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
    let narrator = StudyNarrator(
      store: store, study: study, space: space.space, objective: objective,
      display: ProgressDisplay(
        StudyProgress(
          total: opening.counts.total, ended: opening.counts.ended, metric: study.definition.metric,
          decimalPlaces: study.definition.metricDecimalPlaces,
          best: try store.bestSoFar(in: study, showing: space.space.varyingNames)),
        progressMode))
    let stop = StopController()
    let interruption = Interruption {
      narrator.say(
        "stopping", "Stopping: trials are saving their state (a second \(Interruption.ending) stops at once)")
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
      let progress = narrator.display.current
      let best = progress.best.map {
        "; best so far: \(progress.metric) \(progress.shown($0.value)) in trial \($0.trial)"
      }
      throw CommandError.interrupted(
        """
        Interrupted: \(counts.progress)\(best ?? ""); nothing is lost. Resume with:
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

  /// How progress is shown.
  var progressMode: ProgressMode { request.progress ?? (space.sources.showsProgress == false ? .plain : .auto) }

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
    let columns: Leaderboard.ColumnSelection = Output.resultWidth.map { .fitting($0) } ?? .all
    Output.result(
      board.text(.table, decimalPlaces: decimalPlaces, columns: columns).trimmingCharacters(in: .newlines))
    let weights = try store.weights(of: study).flatMap { $0.isPresent == true ? $0 : nil }
    if let best = board.rows.first, best.state == .completed, best.value != nil {
      Output.result(
        "\n" + BestTrial.text(best, hasWeights: weights?.trial == best.trial, decimalPlaces: decimalPlaces))
      if let steady = try store.leaderboard(of: study, LeaderboardQuery(measuresCertainty: false)).bestOverSeeds {
        Output.result("\n" + BestTrial.text(overSeeds: steady, metric: board.metric, decimalPlaces: decimalPlaces))
      }
    }
    var lines = ["", "Finished in \(ProgressText.duration(seconds: seconds))"]
    if let reason = reason(outcome, board.counts) { lines.append(reason) }
    lines += places(weights) + nextCommands(board, hasWeights: weights != nil)
    Output.note(lines.joined(separator: "\n"))
    let counts = board.counts
    guard outcome.completesSearch, counts.completed + counts.pruned == 0 else { return nil }
    let ends = [(counts.diverged, "diverged"), (counts.failed, "failed")].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return "no trial of \(study.name) has a result" + (ends.isEmpty ? "" : ": \(ends.joined(separator: ", "))")
  }

  /// Where the results are.
  private func places(_ weights: (trial: Int, location: String, isPresent: Bool?)?) -> [String] {
    var lines = ["Database:   \(store.path)"]
    if let weights { lines.append("Weights:    \(weights.location), of trial \(weights.trial)") }
    if let charts = request.files.displayFile { lines.append("Charts:     \(charts)") }
    return lines
  }

  /// Commands that show or use the results.
  private func nextCommands(_ board: Leaderboard, hasWeights: Bool) -> [String] {
    let name = study.name.inShell
    var commands = [("All trials", "leaderboard \(name) --top=\(max(board.counts.total, 1))")]
    if let best = board.rows.first { commands.append(("One trial", "show \(name) \(best.trial)")) }
    if request.files.displayFile == nil { commands.append(("Charts", "chart \(name) --to=charts.html")) }
    if hasWeights { commands.append(("Recommend", "recommend \(name) --all")) }
    return commands.map { purpose, command in
      "\(purpose):".padding(to: 12) + ProgramCommand.line(command + storageOption)
    }
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
