package import Tuner

/// What a page shows of a study that changes even if no trial does.
package struct LiveState: Sendable, Equatable, Encodable {
  package enum State: String, Sendable, Encodable {
    /// A process trains trials of the study.
    case running

    /// Nobody does, and something is left to do.
    case paused
    case finished

    /// The processes that have trials do not answer.
    case gone
  }

  package struct Workers: Sendable, Equatable, Encodable {
    package let host: String
    package let process: Int32
    package let workers: Int
  }

  package var state: State

  /// For a process that is gone, the seconds since it was last heard of.
  package var since: Int?

  /// The seconds in which trials were trained.
  package var elapsed: Double

  /// The seconds that are left: if the other trials stop as early as those that have ended, and if none does; `nil` if unknown.
  package var remaining: [Double]?

  /// `nil` before it is known.
  package var epochsPerSecond: Double?

  /// The trial with the best value so far.
  package var best: Int?

  /// Trials with other seeds included; a diverged trial counts as finished.
  package var started, finished, paused, running, failed, total: Int
  package var workers: [Workers]
  package var stateBytes: Int

  /// Where weights are, by trial number.
  package var weights: [String: String]
  package var storage: String

  /// The names of all studies, the oldest first.
  package var studies: [String]
}

extension LiveState {
  /// - Parameters:
  ///   - speed: Epochs per second, if known.
  ///   - trialLimit: The number of trials that a sampler proposes, if it does not have them all yet.
  package init(
    _ activity: StudyActivity, best: Int?, speed: Double?, trialLimit: Int?, storage: String, studies: [String]
  ) {
    let counts = activity.counts
    let alive = activity.owners.filter { !$0.isGone }
    if !alive.isEmpty {
      state = .running
    } else if !activity.owners.isEmpty {
      state = .gone
      since = activity.owners.map(\.silence).min().map(Self.wholeSeconds)
    } else {
      state = activity.isOver ? .finished : .paused
    }
    elapsed = Self.rounded(activity.elapsed) ?? 0
    remaining = state == .running ? activity.remaining(workers: alive.reduce(0) { $0 + $1.workers }) : nil
    epochsPerSecond = state == .running ? speed.flatMap(Self.rounded) : nil
    self.best = best
    total = max(counts.total, trialLimit ?? 0)
    started = counts.total - counts.pending + activity.interrupted
    finished = counts.completed + counts.diverged
    (paused, running, failed) = (counts.pruned, counts.running, counts.failed)
    workers = alive.map { Workers(host: $0.host, process: $0.process, workers: $0.workers) }
    stateBytes = activity.stateBytes
    weights = Dictionary(activity.weights.map { ("\($0.key)", $0.value) }) { $1 }
    self.storage = storage
    self.studies = studies
  }

  /// The same, without what only time changes: two that are equal then look the same on a page.
  package var withoutTime: LiveState {
    var other = self
    (other.elapsed, other.remaining, other.epochsPerSecond, other.since) = (0, nil, nil, nil)
    return other
  }

  /// To hundredths; `nil` for a number that JSON cannot say.
  private static func rounded(_ value: Double) -> Double? {
    let rounded = (value * 100).rounded() / 100
    return rounded.isFinite ? rounded : nil
  }

  private static func wholeSeconds(_ value: Double) -> Int { value.isFinite ? Int(min(max(value, 0), 1e9)) : 0 }

  /// The best trial of a chart.
  package static func best(of trials: [StudyChart.Trial], _ direction: Direction) -> Int? {
    var best: (number: Int, value: Double)?
    for trial in trials where trial.state != .diverged && trial.state != .failed {
      guard let value = trial.value else { continue }
      if best.map({ direction.prefers(value, to: $0.value) }) ?? true { best = (trial.number, value) }
    }
    return best?.number
  }
}

extension StudyActivity {
  /// The seconds until the study is done, as a low and a high estimate; `nil` before anything was trained, or if
  /// somebody has written costs or times into the database that no run has.
  ///
  /// Low: the trials to come stop as early as those that have ended. High: they train all their epochs.
  package func remaining(workers: Int) -> [Double]? {
    guard spent.seconds > 0, spent.work > 0, workers > 0 else { return nil }
    let left = max(work.total - work.ended - runningWork, 0)
    let high = left * spent.seconds / spent.work / Double(workers)
    let ended = spent.work - runningWork
    // How much of their work the trials that have ended did.
    let share = work.ended > 0 && ended > 0 ? min(ended / work.ended, 1) : 1
    let estimates = [(high * share).rounded(), high.rounded()]
    return estimates.allSatisfy(\.isFinite) ? estimates : nil
  }
}

/// The speed of a study: its epochs over the last seconds.
package struct EpochSpeed: Sendable {
  private var samples: [(time: Double, epochs: Double)] = []

  /// The seconds that count.
  private static let window = 20.0

  package init() {}

  /// - Parameters:
  ///   - epochs: Those of all trials together.
  ///   - time: Seconds since any moment.
  package mutating func add(epochs: Double, at time: Double) {
    // Trials that are withdrawn take their epochs with them.
    if let last = samples.last, epochs < last.epochs { samples = [] }
    samples.append((time, epochs))
    while samples.count > 2, samples[1].time <= time - Self.window { samples.removeFirst() }
  }

  /// Epochs per second; `nil` in the first two seconds.
  package func perSecond(at time: Double) -> Double? {
    guard let first = samples.first, let last = samples.last, time - first.time >= 2 else { return nil }
    return (last.epochs - first.epochs) / (time - first.time)
  }
}
