import Literals
import Locks
import Tuner

/// Shows the events of a study on a display.
final class StudyNarrator: Sendable {
  let display: ProgressDisplay

  private let store: StudyStore
  private let study: Study
  private let objective: TrainingObjective

  /// The names of the parameters that have several values.
  private let varying: Set<String>

  private let nextAlignment = Locked(ContinuousClock.now)

  private var metric: String { study.definition.metric }

  /// The metric as shown to the user.
  private func shown(_ value: Double) -> String {
    value.decimal(places: study.definition.metricDecimalPlaces)
  }

  init(store: StudyStore, study: Study, space: SearchSpace, objective: TrainingObjective, display: ProgressDisplay) {
    self.store = store
    self.study = study
    self.objective = objective
    self.display = display
    varying = space.varyingNames
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
    let best = try? store.bestSoFar(in: study, showing: varying)
    display.update {
      $0.align(total: total, ended: counts.ended, pruned: counts.pruned, work: work)
      $0.align(best: best)
    }
  }

  func tell(_ event: StudyEvent) {
    switch event {
    case .opened: align()
    case .started(let trial, let hyperparameters, let attempt, let fromEpoch, let isRepeat):
      align()
      let place = fromEpoch > 0 ? " again after epoch \(fromEpoch)" : attempt > 1 ? " again" : ""
      display.update(
        ProgressEvent("started", "trial \(trial) started\(place): \(hyperparameters.visible)", trial: trial)
      ) {
        $0.start(
          trial, parameters: hyperparameters.shown(varying), work: objective.cost(of: hyperparameters)?.total,
          isResumed: fromEpoch > 0, isRanked: !isRepeat)
      }
    case .progressed(let trial, let fraction, let detail):
      display.progress(
        trial, { $0.advance(trial, to: fraction, detail: detail) },
        event: ProgressEvent("progressed", "trial \(trial): \(detail)", trial: trial))
    case .reported(let trial, let epoch, let values):
      let value = values.first { $0.name == MetricName.valid(metric).description }?.value
      display.update(
        ProgressEvent(
          "epoch", "trial \(trial): epoch \(epoch)", trial: trial, epoch: epoch,
          values: Dictionary(values.map { ($0.name, $0.value) }) { $1 }, isForPrograms: true)
      ) { progress in
        if let value { progress.validate(trial, epoch: epoch, value: value) }
      }
    case .ended(let trial, let state, let value, let seconds, let message):
      tellEnd(of: trial, state, value, seconds, message)
    case .pruned(let trial, let epoch, let value, let seconds):
      let result = value.map { ", \(metric) \(shown($0))" } ?? ""
      display.update(
        ProgressEvent(
          "paused_by_pruner",
          "trial \(trial) paused by the pruner after epoch \(epoch), \(ProgressText.duration(seconds: seconds))\(result)",
          trial: trial, epoch: epoch, values: values(value), seconds: seconds, addsSummary: true)
      ) { $0.end(trial, value: value, isPruned: true) }
    case .endedEarly(let trial):
      say("ended_early", "early stop: the trials up to \(trial) brought no improvement")
    case .reachedTarget(let trial):
      say("reached_target", "trial \(trial) has reached the target; only it continues")
    case .interrupted(let trial, let epoch):
      let place =
        epoch.map { " in epoch \($0 + 1); it will resume from there" } ?? "; it will resume from its last checkpoint"
      display.update(
        ProgressEvent("interrupted", "trial \(trial) paused\(place)", trial: trial, epoch: epoch)
      ) { $0.end(trial, value: nil, counts: false) }
    case .reclaimed(let trial):
      display.update(ProgressEvent("reclaimed", "trial \(trial): its process died; requeued", trial: trial))
    case .lost(let trial):
      display.update(
        ProgressEvent("lost", "trial \(trial) was taken over by another process", trial: trial, isImportant: true)
      ) { $0.end(trial, value: nil, counts: false) }
    case .waiting(let trials, let elsewhere, let silence):
      let warning =
        elsewhere.isEmpty
        ? ""
        : "; \(elsewhere.joined(separator: ", ").visible) counts as dead after \(silence)"
      say("waiting", "waiting for \(trials.counting("trial")) of other processes\(warning)")
    case .warning(let text): say("warning", "warning: \(text)")
    }
  }

  /// Shows something important, on a terminal above the block.
  func say(_ name: String, _ text: String) {
    display.update(ProgressEvent(name, text, isImportant: true))
  }

  private func tellEnd(
    of trial: Int, _ state: TrialState, _ value: Double?, _ seconds: Double, _ message: String?
  ) {
    let result = value.map { ", best \(metric) \(shown($0))" } ?? ""
    let reason = message.map { ": \($0.visible)" } ?? ""
    let value = state == .completed ? value : nil
    // Only of what may be shown, since it reads the trial's ranks.
    let mayBeShown = value.map { $0 >= display.current.record?.value ?? -.infinity } ?? false
    let interval = mayBeShown ? try? store.interval(of: trial, in: study) : nil
    display.update(
      ProgressEvent(
        state.rawValue,
        "trial \(trial) \(state.rawValue) in \(ProgressText.duration(seconds: seconds))\(result)\(reason)",
        trial: trial, values: values(value), seconds: seconds, isImportant: state != .completed, addsSummary: true)
    ) { $0.end(trial, value: value, interval: interval.map { $0.low...$0.high }) }
  }

  /// The study's metric as an event's value.
  private func values(_ value: Double?) -> [String: Double] {
    value.map { [MetricName.valid(metric).description: $0] } ?? [:]
  }
}

extension StudyStore {
  /// The best value of all trials so far, running and paused ones included.
  ///
  /// - Parameter names: Parameters that a display shows.
  func bestSoFar(in study: Study, showing names: Set<String>) throws -> StudyProgress.Best? {
    try best(in: study).map { best in
      let interval = try interval(of: best.trial, in: study)
      return StudyProgress.Best(
        value: best.value, trial: best.trial, epoch: best.epoch, parameters: best.hyperparameters.shown(names),
        interval: interval.map { $0.low...$0.high })
    }
  }
}

extension Hyperparameters {
  /// All of them, on one line.
  var visible: String { pairs.map { "\($0.name)=\($0.value)".visible }.joined(separator: " ") }

  /// Those with these names, for a display.
  func shown(_ names: Set<String>) -> [StudyProgress.Parameter] {
    pairs.filter { names.contains($0.name) }
      .map { .init(name: $0.name.visible, value: "\($0.value)".visible) }
  }
}

extension SearchSpace {
  /// The names of the parameters that have several values.
  var varyingNames: Set<String> {
    Set(
      parameters.filter { parameter in
        if case .choice(let values) = parameter.distribution { values.count > 1 } else { true }
      }.map(\.name))
  }
}
