import Foundation
import Locks
import Tuner

/// Computes nothing, at a pace, and notes how long it has to wait for the study.
///
/// Only for one worker.
final class PacedObjective: Objective {
  private let reports: Bool
  private let pace: Double?
  private let state: Locked<State>

  private struct State {
    var waits = StudyWorkers.Waits()
    var generator = SystemRandomNumberGenerator()

    /// When the last trial ended; `nil` before the first one.
    var end: Double?

    /// When the next trial ends.
    var due: Double
  }

  init(_ job: StudyWorkers.Job) {
    reports = job.reports
    pace = job.pace
    state = Locked(State(due: Timing.wallTime))
  }

  var waits: StudyWorkers.Waits { state.withLock { $0.waits } }

  func run(_ trial: RunningTrial) throws -> TrialOutcome {
    let start = Timing.wallTime
    if let pause = state.withLock({ begin(&$0, at: start) }) { Thread.sleep(forTimeInterval: pause) }
    let value = Double(trial.number) / 3
    if reports {
      let before = Timing.wallTime
      try trial.report(epoch: 1, values: [("valid.value", value)], isLast: true)
      state.withLock { $0.waits.reports.append(Timing.wallTime - before) }
    }
    state.withLock { $0.end = Timing.wallTime }
    return .completed(
      TrialResult(
        bestEpoch: reports ? 1 : 0, bestValue: value,
        metrics: [SplitMetric(split: "valid", name: "value", value: value)],
        ranks: [:], weights: nil))
  }

  /// Returns how long to compute.
  private func begin(_ state: inout State, at now: Double) -> Double? {
    if let end = state.end { state.waits.claims.append(now - end) }
    guard let pace else { return nil }
    // Trials of different lengths, so that workers meet in all ways; the first one ends at any moment.
    let share = Double.random(in: state.end == nil ? 0...1 : 0.5...1.5, using: &state.generator)
    state.due = max(state.due, state.end == nil ? now : 0) + pace * share
    return max(0, state.due - now)
  }
}
