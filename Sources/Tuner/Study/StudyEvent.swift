/// What happens in a study while it runs, for a display or a log.
public enum StudyEvent: Sendable {
  /// The run begins.
  case opened(study: String, counts: StudyCounts)

  /// A worker took a trial; `fromEpoch` is 0 for a start from nothing.
  case started(trial: Int, hyperparameters: Hyperparameters, attempt: Int, fromEpoch: Int)

  /// A trial said how far it is.
  case progressed(trial: Int, fraction: Double, detail: String)

  /// A trial finished an epoch.
  case reported(trial: Int, epoch: Int, values: [(name: String, value: Double)])

  /// A trial ended for good.
  ///
  /// - Parameter value: The best value of the study's metric, for a completed trial.
  /// - Parameter message: Why it diverged or failed.
  case ended(trial: Int, state: TrialState, value: Double?, seconds: Double, message: String?)

  /// The pruner stopped a trial after an epoch; it keeps its state.
  ///
  /// - Parameter value: The best value so far.
  case pruned(trial: Int, epoch: Int, value: Double?, seconds: Double)

  /// So many trials in a row brought no improvement, up to this one; no further one is started.
  case endedEarly(trial: Int)

  /// A trial reached the target, and goes on alone.
  case reachedTarget(trial: Int)

  /// A trial was asked to stop and waits for the next run.
  case interrupted(trial: Int, epoch: Int)

  /// A trial of a process that is gone waits again.
  case reclaimed(trial: Int)

  /// Another process took the trial over; what this one had is dropped.
  case lost(trial: Int)

  /// Nothing is left to start, and other processes still have this many trials.
  ///
  /// - Parameter elsewhere: Those of them on other hosts, in words: whether they live is told by their silence.
  /// - Parameter limit: How long they have to be silent to count as gone.
  case waiting(trials: Int, elsewhere: [String], limit: Duration)

  /// Something went wrong that the study survives.
  case warning(String)
}

/// How a run of a study ended.
public enum RunOutcome: Sendable, Equatable {
  /// Every trial has ended.
  case finished

  /// It was asked to stop; the same command continues.
  case interrupted

  /// As many trials in a row as the study allows brought no improvement.
  case endedEarly(trial: Int)

  /// The target was reached by this trial, and the others wait.
  case reachedTarget(trial: Int)

  /// The time was up; the same command continues.
  case timedOut
}
