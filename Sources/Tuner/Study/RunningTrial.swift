import Locks
import Synchronization

/// A trial that its objective is working on: what to run, what to go on from, and where to report.
///
/// Safe to use from any thread.
public final class RunningTrial: Sendable {
  /// What an objective reports after an epoch.
  public struct Report: Sendable {
    /// Whole epochs done, counted from 1.
    public let epoch: Int

    /// Points of the learning curve, such as `train.loss` and `valid.mrr@10`.
    public let values: [(name: String, value: Double)]

    /// The objective's state after the epoch, to go on from.
    public let checkpoint: [UInt8]?

    /// Whether the trial ends with this epoch, so that stopping it would save nothing.
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

  /// Which repeat with another seed this is, from 1; 0 for a trial with the study's seed.
  public let repetition: Int

  /// How many times the trial was started, this time included.
  public let attempt: Int

  /// The state to go on from, checked against its hash, or `nil` for a start from nothing.
  public let checkpoint: [UInt8]?

  /// The epoch that `checkpoint` was taken after; 0 without one.
  public let checkpointEpoch: Int

  private let stop: StopController
  private let isCut = Atomic<Bool>(false)
  private let pruned = Atomic<Bool>(false)
  private let storageFailure = Locked<(any Error)?>(nil)
  private let lastProgress = Locked<ContinuousClock.Instant?>(nil)
  private let onReport: @Sendable (Report) throws -> Void
  private let onFreshStart: @Sendable (String) throws -> Void
  private let onProgress: @Sendable (Double, String) -> Void

  /// Makes a trial; what it reports goes to the functions.
  ///
  /// A study's worker makes its own. A single training run makes one without a study.
  public init(
    number: Int = 1, hyperparameters: Hyperparameters, repetition: Int = 0, attempt: Int = 1,
    checkpoint: [UInt8]? = nil, checkpointEpoch: Int = 0,
    stop: StopController = StopController(), onReport: @escaping @Sendable (Report) throws -> Void = { _ in },
    onFreshStart: @escaping @Sendable (_ reason: String) throws -> Void = { _ in },
    onProgress: @escaping @Sendable (_ fraction: Double, _ detail: String) -> Void = { _, _ in }
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
  }

  /// Whether the objective should return `interrupted` soon; cheap enough for every step.
  public var shouldStop: Bool { isCut.load(ordering: .relaxed) || stop.isRequested }

  /// Records an epoch's values and, with a checkpoint, the state to go on from after a crash.
  ///
  /// The trial may be asked to stop in return, which `shouldStop` says.
  ///
  /// Throws `TrialLost` when the trial is no longer this worker's, and a `StorageError` when the
  /// study cannot be written.
  ///
  /// - Parameter isLast: Whether the trial ends with this epoch.
  public func report(
    epoch: Int, values: [(name: String, value: Double)], checkpoint: [UInt8]? = nil, isLast: Bool = false
  ) throws {
    try recording { try onReport(Report(epoch: epoch, values: values, checkpoint: checkpoint, isLast: isLast)) }
  }

  /// Records that `checkpoint` is of no use to the objective, which starts from nothing.
  ///
  /// Throws as `report` does.
  public func startAfresh(because reason: String) throws { try recording { try onFreshStart(reason) } }

  private func recording(_ work: () throws -> Void) throws {
    do { try work() } catch {
      storageFailure.withLock { $0 = error }
      cut()
      throw error
    }
  }

  /// Says how far the trial is, for a display; calls within a tenth of a second of the last are dropped.
  ///
  /// - Parameter fraction: From 0 to 1, of the whole trial.
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

  /// Asks only this trial to stop, as the pruner said.
  func prune() {
    pruned.store(true, ordering: .relaxed)
    cut()
  }

  /// Whether the pruner stops the trial.
  var isPruned: Bool { pruned.load(ordering: .relaxed) }

  /// What `report` or `startAfresh` threw, whatever the objective made of it.
  var reportError: (any Error)? { storageFailure.withLock { $0 } }
}

/// A trial that went to another worker, which took this one for dead; what it still has is dropped.
public struct TrialLost: Error, Equatable, Sendable, CustomStringConvertible {
  public let trial: Int
  public let attempt: Int

  package init(trial: Int, attempt: Int) {
    self.trial = trial
    self.attempt = attempt
  }

  public var description: String { "trial \(trial): attempt \(attempt) was taken over by another process" }
}
