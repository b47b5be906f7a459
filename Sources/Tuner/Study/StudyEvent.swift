/// An event in a running study, for a display or a log.
public enum StudyEvent: Sendable {
  /// The run begins.
  case opened(study: String, counts: StudyCounts)

  /// A worker took a trial; `fromEpoch` is 0 for a start from scratch.
  ///
  /// - Parameter isRepeat: Whether it repeats another trial with another seed; such trials are not ranked.
  case started(trial: Int, hyperparameters: Hyperparameters, attempt: Int, fromEpoch: Int, isRepeat: Bool)

  /// A trial reported its progress.
  case progressed(trial: Int, fraction: Double, detail: String)

  /// A trial finished an epoch.
  case reported(trial: Int, epoch: Int, values: [(name: String, value: Double)])

  /// A trial ended for good.
  ///
  /// - Parameter value: The best value of the study's metric, for a completed trial.
  /// - Parameter message: Why the trial diverged or failed.
  case ended(trial: Int, state: TrialState, value: Double?, seconds: Double, message: String?)

  /// The pruner stopped a trial after an epoch; it keeps its state.
  ///
  /// - Parameter value: The best value so far.
  case pruned(trial: Int, epoch: Int, value: Double?, seconds: Double)

  /// Too many consecutive trials, up to this one, brought no improvement; no further trial is started.
  case endedEarly(trial: Int)

  /// A trial reached the target; only it continues.
  case reachedTarget(trial: Int)

  /// A trial was asked to stop and waits for the next run; without an epoch, its state could not be saved there.
  case interrupted(trial: Int, epoch: Int?)

  /// A trial was requeued because its process died.
  case reclaimed(trial: Int)

  /// Another process took over the trial; the work of this one is discarded.
  case lost(trial: Int)

  /// There is nothing left to start, and other processes are still running this many trials.
  ///
  /// - Parameter elsewhere: The processes on other hosts, in words, that give no sign of life at the moment, or only heartbeats.
  /// - Parameter silence: How long a process must give none to count as dead.
  case waiting(trials: Int, elsewhere: [String], silence: Silence)

  /// A problem that does not stop the study.
  case warning(String)
}

/// How a run of a study ended.
public enum RunOutcome: Sendable, Equatable {
  /// Every trial has ended.
  case finished

  /// It was asked to stop; the same command resumes it.
  case interrupted

  /// The allowed number of consecutive trials brought no improvement.
  case endedEarly(trial: Int)

  /// This trial reached the target; the others wait.
  case reachedTarget(trial: Int)

  /// The time limit was reached; the same command resumes it.
  case timedOut

  /// There was nothing to do here for a while, and other processes are still running this many trials.
  case leftToOthers(trials: Int)
}
