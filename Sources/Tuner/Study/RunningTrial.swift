import Locks
import Synchronization

/// A trial that an objective is working on: what to run, where to resume, and where to report.
///
/// Safe to use from any thread.
public final class RunningTrial: Sendable {
  /// What an objective reports after an epoch.
  public struct Report: Sendable {
    /// The number of completed epochs, counted from 1.
    public let epoch: Int

    /// Points of the learning curve, such as `train.loss` and `valid.mrr@10`.
    public let values: [(name: String, value: Double)]

    /// The objective's state after the epoch, from which the trial can resume.
    public internal(set) var checkpoint: [UInt8]?

    /// Whether the trial ends with this epoch, so that stopping it early would save nothing.
    public let isLast: Bool

    package init(
      epoch: Int, values: [(name: String, value: Double)], checkpoint: [UInt8]?, isLast: Bool = false
    ) {
      self.epoch = epoch
      self.values = values
      self.checkpoint = checkpoint
      self.isLast = isLast
    }
  }

  /// The trial's number in its study, counted from 1.
  public let number: Int

  public let hyperparameters: Hyperparameters

  /// The number of the repeat with another seed, from 1; 0 for a trial with the study's seed.
  public let repetition: Int

  /// How many times the trial was started, including this time.
  public let attempt: Int

  /// The state to resume from, verified against its hash, or `nil` for a start from scratch.
  public let checkpoint: [UInt8]?

  /// The epoch after which `checkpoint` was taken; 0 without one.
  public let checkpointEpoch: Int

  private let stop: StopController
  private let isCut = Atomic<Bool>(false)
  private let pruned = Atomic<Bool>(false)
  private let storageFailure = Locked<(any Error)?>(nil)
  private let lastProgress = Locked<ContinuousClock.Instant?>(nil)
  private let mayTakeState: @Sendable () -> Bool
  private let onReport: @Sendable (Report) throws -> Void
  private let onFreshStart: @Sendable (String) throws -> Void
  private let onProgress: @Sendable (Double, String) -> Void

  /// Creates a trial, whose reports go to the given functions.
  ///
  /// A study's worker creates its own. A single training run creates one without a study.
  public init(
    number: Int = 1, hyperparameters: Hyperparameters, repetition: Int = 0, attempt: Int = 1,
    checkpoint: [UInt8]? = nil, checkpointEpoch: Int = 0,
    stop: StopController = StopController(), onReport: @escaping @Sendable (Report) throws -> Void = { _ in },
    onFreshStart: @escaping @Sendable (_ reason: String) throws -> Void = { _ in },
    onProgress: @escaping @Sendable (_ fraction: Double, _ detail: String) -> Void = { _, _ in },
    mayTakeState: @escaping @Sendable () -> Bool = { true }
  ) {
    self.number = number
    self.hyperparameters = hyperparameters
    self.repetition = repetition
    self.attempt = attempt
    self.checkpoint = checkpoint
    self.checkpointEpoch = checkpointEpoch
    self.stop = stop
    self.onReport = onReport
    self.onFreshStart = onFreshStart
    self.onProgress = onProgress
    self.mayTakeState = mayTakeState
  }

  /// Whether the objective should return `interrupted` soon; cheap enough for every step.
  public var shouldStop: Bool { isCut.load(ordering: .relaxed) || stop.isRequested }

  /// Records an epoch's values and, with a checkpoint, the state from which to resume after a crash.
  ///
  /// In response, the trial may be asked to stop, as `shouldStop` then says.
  ///
  /// Throws `TrialLost` when the trial no longer belongs to this worker, and a `StorageError` when the
  /// study cannot be written.
  ///
  /// - Parameter isLast: Whether the trial ends with this epoch.
  public func report(
    epoch: Int, values: [(name: String, value: Double)], checkpoint: [UInt8]? = nil, isLast: Bool = false
  ) throws {
    try recording { try onReport(Report(epoch: epoch, values: values, checkpoint: checkpoint, isLast: isLast)) }
  }

  /// Whether a report should come with a state; one may still be on its way.
  public var takesState: Bool { mayTakeState() }

  /// Records that the objective cannot use `checkpoint` and starts from scratch.
  ///
  /// Throws as `report` does.
  public func startAfresh(because reason: String) throws { try recording { try onFreshStart(reason) } }

  private func recording(_ work: () throws -> Void) throws {
    if let error = reportError { throw error }
    do { try work() } catch {
      fail(error)
      throw error
    }
  }

  /// Asks only this trial to stop, since its study cannot be written.
  func fail(_ error: any Error) {
    storageFailure.withLock { $0 = error }
    cut()
  }

  /// Reports the trial's progress for a display; calls within a tenth of a second of the last one are ignored.
  ///
  /// - Parameter fraction: The completed part of the whole trial, from 0 to 1.
  public func progress(fraction: Double, detail: @autoclosure () -> String) {
    let now = ContinuousClock.now
    let isDue = lastProgress.withLock { last in
      if let last, now - last < .milliseconds(100) { return false }
      last = now
      return true
    }
    if isDue { onProgress(fraction, detail()) }
  }

  /// Asks only this trial to stop.
  func cut() { isCut.store(true, ordering: .relaxed) }

  /// Asks only this trial to stop, on behalf of the pruner.
  func prune() {
    pruned.store(true, ordering: .relaxed)
    cut()
  }

  /// Whether the pruner stops the trial.
  var isPruned: Bool { pruned.load(ordering: .relaxed) }

  /// Why a report could not be written, regardless of what the objective did with the error.
  var reportError: (any Error)? { storageFailure.withLock { $0 } }
}
