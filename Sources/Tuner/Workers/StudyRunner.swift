/// Runs a study's trials on a pool of threads until all have ended.
public struct StudyRunner: Sendable {
  private let studyRun: StudyRun
  private let pool: WorkerPool
  private let deadline: ContinuousClock.Instant?

  /// - Parameter workers: The number of trials that run in parallel in this process, at least 1.
  /// - Parameter limits: Limits that end the run before everything is done.
  /// - Parameter stop: Used to request an early end.
  /// - Parameter onEvent: Called on the workers' threads, possibly several at a time.
  public init(
    store: StudyStore, study: Study, objective: any Objective, workers: Int, limits: RunLimits = RunLimits(),
    stop: StopController = StopController(), onEvent: @escaping @Sendable (StudyEvent) -> Void = { _ in }
  ) {
    studyRun = StudyRun(store: store, study: study, limits: limits, stop: stop, onEvent: onEvent)
    pool = WorkerPool(studyRun, objective: objective, workers: max(1, workers))
    deadline = limits.deadline
  }

  /// Runs the rest of the study, together with other processes that do the same.
  ///
  /// When only other processes still have trials, it waits for them, and takes over the trials of processes that
  /// die. Throws the first error of the store, after asking every trial to stop. When the calling task is canceled, the
  /// run is asked to stop, too.
  public func run() async throws -> RunOutcome {
    try studyRun.prepare()
    await pool.work(until: deadline)
    return try studyRun.conclude()
  }
}
