import Foundation
import Model
import Tuner

/// One run of a study by this process, from its announcement to its leaderboard.
struct StudySession {
  let store: StudyStore
  let opening: StudyOpening
  let space: TuningSpace
  let objective: TrainingObjective
  let admission: Admission
  let files: ResultFileOptions

  private var study: Study { opening.study }

  /// Runs what is left and prints the result.
  ///
  /// - Throws: `CommandError.interrupted` after a signal, `.failed` when the study cannot be written or no trial succeeded.
  func run() async throws {
    defer { store.close() }
    let start = ContinuousClock.now
    let best = try store.leaderboard(of: study, LeaderboardQuery(top: 1, measuresCertainty: false)).rows.first
    let display = ProgressDisplay(
      StudyProgress(
        total: opening.counts.total, ended: opening.counts.ended, metric: study.definition.metric,
        best: best.flatMap { row in row.value.map { StudyProgress.Best(value: $0, trial: row.trial) } }))
    let stop = StopController()
    let interruption = Interruption {
      display.update(
        { _ in }, line: "Stopping: trials save their state (a second signal stops at once)", important: true)
      stop.requestStop()
    }
    let narrator = StudyNarrator(store: store, study: study, display: display)
    let outcome: RunOutcome
    do {
      outcome = try await StudyRunner(
        store: store, study: study, objective: objective, workers: admission.workers, stop: stop, onEvent: narrator.tell
      ).run()
      display.finish()
    } catch {
      display.finish()
      throw CommandError.failed("\(error)\nThe study is as far as it was written; the same command continues it")
    }
    withExtendedLifetime(interruption) {}
    if outcome == .interrupted {
      let counts = try store.counts(of: study)
      throw CommandError.interrupted(
        """
        Interrupted after \(counts.ended) of \(counts.total) trials; nothing is lost. Continue with:
          run-hyper resume \(study.name)\(storageOption)
        """)
    }
    try conclude(after: (ContinuousClock.now - start) / .seconds(1))
  }

  /// Says what is about to run.
  func announce(_ dataset: SequenceDataset) {
    let counts = opening.counts
    var lines = [
      "Study \(study.name)\(opening.isNew ? "" : ", continued"), in \(store.path)",
      "  dataset   \(dataset.name): \(dataset.userTokens.count - 1) users, \(dataset.itemTokens.count - 1) items; "
        + "\(dataset.train.count) training, \(dataset.valid.count) validation, \(dataset.test.count) test samples",
      "  \(space.plan.algorithm == .random ? "random  " : "grid    ")  \(counts.total) configurations of \(space.space.parameters.map(\.name).joined(separator: ", "))",
      "  metric    \(study.definition.metric) on the validation samples",
      "  workers   \(admission.workers)",
      "  memory    at most \(Admission.megabytes(AvailableMemory.residentBytes + admission.bytes))",
    ]
    if !opening.isNew {
      lines.append("  finished  \(counts.ended) of \(counts.total)")
      let changes = [(opening.added, "added"), (opening.shelved, "put aside"), (opening.restored, "brought back")]
      let text = changes.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
      if !text.isEmpty { lines.append("  changed   \(text): \(space.space.file) or the search is another than before") }
    }
    lines += space.firstConfiguration.notes.map { "  note      \($0)" }
    Output.note(lines.joined(separator: "\n"))
  }

  /// Prints the leaderboard and the best trial, and says what to do next.
  private func conclude(after seconds: Double) throws {
    try files.write(study, in: store)
    let board = try store.leaderboard(of: study, LeaderboardQuery(top: 10))
    Output.result(board.text(.table).trimmingCharacters(in: .newlines))
    guard let best = board.rows.first else {
      throw CommandError.failed("no trial of \(study.name) succeeded")
    }
    if best.state == .completed { Output.result("\n" + BestTrial.text(best, metric: board.metric)) }
    Output.note(
      """

      Finished in \(ProgressText.duration(seconds: seconds))
      All trials: run-hyper leaderboard \(study.name) --top=\(board.counts.total)\(storageOption)
      One trial:  run-hyper show \(study.name) \(best.trial)\(storageOption)
      """)
  }

  private var storageOption: String {
    store.path == StorageOptions.standard ? "" : " --storage=\(store.path)"
  }
}

/// Tells a display what happens in a study.
private struct StudyNarrator: Sendable {
  let store: StudyStore
  let study: Study
  let display: ProgressDisplay

  private var metric: String { study.definition.metric }

  func tell(_ event: StudyEvent) {
    switch event {
    case .opened(_, let counts):
      display.update({ $0.align(total: counts.total, ended: counts.ended) })
    case .started(let trial, let hyperparameters, let attempt, let fromEpoch):
      let parameters = hyperparameters.pairs.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
      // Other processes may have ended trials meanwhile.
      if let counts = try? store.counts(of: study) {
        display.update { $0.align(total: counts.total, ended: counts.ended) }
      }
      let place = fromEpoch > 0 ? " again from epoch \(fromEpoch)" : attempt > 1 ? " again" : ""
      display.update(
        { $0.start(trial, parameters: parameters, isResumed: fromEpoch > 0) },
        line: "trial \(trial) started\(place): \(parameters)", trial: trial)
    case .progressed(let trial, let fraction, let detail):
      display.progress(trial, { $0.advance(trial, to: fraction, detail: detail) }, line: "trial \(trial): \(detail)")
    case .reported(let trial, _, let values):
      let value = values.first { $0.name == "valid.\(metric)" }?.value
      if let value { display.update({ $0.validate(trial, value: value) }) }
    case .ended(let trial, let state, let value, let seconds, let message):
      let result = value.map { ", best \(metric) \(ProgressText.decimal($0, places: 4))" } ?? ""
      let reason = message.map { ": \($0)" } ?? ""
      display.update(
        { $0.end(trial, value: state == .completed ? value : nil) },
        line: "trial \(trial) \(state.rawValue) in \(ProgressText.duration(seconds: seconds))\(result)\(reason)",
        important: state != .completed, addsSummary: true)
    case .interrupted(let trial, let epoch):
      display.update(
        { $0.end(trial, value: nil, counts: false) },
        line: "trial \(trial) stopped after epoch \(epoch); it goes on from there")
    case .reclaimed(let trial):
      display.update({ _ in }, line: "trial \(trial) was left behind by a process that is gone; it waits again")
    case .lost(let trial):
      display.update(
        { $0.end(trial, value: nil, counts: false) }, line: "trial \(trial) was taken over by another process",
        important: true)
    case .waiting(let trials):
      display.update({ _ in }, line: "waiting for \(trials) trials of other processes", important: true)
    case .warning(let text):
      display.update({ _ in }, line: "warning: \(text)", important: true)
    }
  }
}
