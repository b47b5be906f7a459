import Literals
package import Tuner

/// The state of a running study, as a terminal or a log shows it.
///
/// A pure value: times are passed in as seconds since this process started on the study.
package struct StudyProgress: Equatable {
  /// Number of trials of the study.
  package var total: Int

  /// Trials that have ended, in this process or before it.
  package private(set) var ended: Int

  /// Those of the ended trials that the pruner paused; they may continue.
  package private(set) var pruned = 0

  /// The total and the completed work, by the trials' costs.
  package private(set) var work: StudyWork

  /// The best value so far and its trial.
  package private(set) var best: Best?

  /// Trials that are running here, by number.
  package private(set) var running: [Int: Trial] = [:]

  private let metric: String

  /// Decimals of the metric.
  private let decimalPlaces: Int
  private var endedBefore: Int
  private var workBefore: Double

  package struct Best: Equatable {
    package var value: Double
    package var trial: Int

    package init(value: Double, trial: Int) {
      self.value = value
      self.trial = trial
    }
  }

  /// A running trial, as far as a display shows it.
  package struct Trial: Equatable {
    /// Hyperparameters as `name=value`, separated by spaces.
    package var parameters: String

    /// The cost of the whole trial, in the unit of the study's work.
    package var work = 1.0

    /// The completed part of the trial; early stopping can end it at any time.
    package var fraction = 0.0

    /// The part completed before this process took over the trial; `nil` until the trial reports its progress.
    package var firstFraction: Double?

    /// The trial's own progress text, such as `epoch 3 of 20`.
    package var detail = ""

    /// The metric of the last validation.
    package var value: Double?
  }

  /// - Parameter metric: The name of the value, such as `mrr@10`.
  /// - Parameter work: Of the study; without it, each trial counts 1.
  package init(
    total: Int, ended: Int, metric: String, decimalPlaces: Int = 4, best: Best?, work: StudyWork? = nil
  ) {
    self.total = total
    self.ended = ended
    self.metric = metric
    self.decimalPlaces = decimalPlaces
    self.best = best
    self.work = work ?? StudyWork(total: Double(total), ended: Double(ended))
    endedBefore = ended
    workBefore = self.work.ended
  }

  /// Takes over the study's counts; other processes may have changed them since the study was opened.
  package mutating func align(total: Int, ended: Int, pruned: Int = 0, work: StudyWork? = nil) {
    let work = work ?? StudyWork(total: Double(total), ended: Double(ended))
    endedBefore += ended - self.ended
    workBefore += work.ended - self.work.ended
    self.total = total
    self.ended = ended
    self.pruned = pruned
    self.work = work
  }

  /// - Parameter isResumed: Whether the trial continues from a checkpoint.
  /// - Parameter work: The trial's cost, in the unit of the study's work.
  package mutating func start(_ trial: Int, parameters: String, work: Double? = nil, isResumed: Bool = false) {
    running[trial] = Trial(parameters: parameters, work: work ?? 1, firstFraction: isResumed ? nil : 0)
  }

  package mutating func advance(_ trial: Int, to fraction: Double, detail: String) {
    guard var known = running[trial] else { return }
    known.firstFraction = known.firstFraction ?? fraction
    known.fraction = fraction
    known.detail = detail
    running[trial] = known
  }

  package mutating func validate(_ trial: Int, value: Double) {
    running[trial]?.value = value
  }

  /// Ends a trial; `counts` is false for a trial that returns to the queue.
  package mutating func end(_ trial: Int, value: Double?, counts: Bool = true, isPruned: Bool = false) {
    guard let known = running.removeValue(forKey: trial), counts else { return }
    ended = min(ended + 1, total)
    // A trial that stopped early counts in full, which assumes that the others will stop as early.
    let part = isPruned ? known.fraction : 1
    work.ended = min(work.ended + known.work * part, work.total)
    workBefore += known.work * min(known.firstFraction ?? 0, part)
    if isPruned { pruned += 1 }
    if let value, value > (best?.value ?? -.infinity) || (value == best?.value && trial < best?.trial ?? 0) {
      best = Best(value: value, trial: trial)
    }
  }

  /// Trials per second in this process, counting the completed part of running ones; `nil` before there is any.
  package func rate(after seconds: Double) -> Double? {
    let parts = running.values.reduce(0) { $0 + max($1.fraction - ($1.firstFraction ?? $1.fraction), 0) }
    let done = Double(ended - endedBefore) + parts
    // The first second is not representative: trials are being set up.
    return done > 0 && seconds >= 1 ? done / seconds : nil
  }

  /// Seconds until the last trial ends at the speed so far; `nil` before the speed is known.
  package func timeLeft(after seconds: Double) -> Double? {
    let own = running.values.reduce(0) { $0 + $1.work * max($1.fraction - ($1.firstFraction ?? $1.fraction), 0) }
    let done = work.ended - workBefore + own
    guard done > 0, seconds >= 1 else { return nil }
    return max(work.total - work.ended - runningWork, 0) / (done / seconds)
  }

  /// The completed part of the running trials, in the unit of the work.
  private var runningWork: Double { running.values.reduce(0) { $0 + $1.work * $1.fraction } }

  /// The block shown on a terminal of this size: the study's line, then one line per running trial.
  package func block(after seconds: Double, width: Int, height: Int = .max) -> [String] {
    let fraction = work.total > 0 ? (work.ended + runningWork) / work.total : 0
    var first = "\(count) \(ProgressText.bar(fraction, width: 24))"
    if let rate = rate(after: seconds), let left = timeLeft(after: seconds) {
      first += "  \(ProgressText.rate(perSecond: rate, of: "trials")), \(ProgressText.duration(seconds: left)) left"
    }
    if let best {
      first += "  best \(metric) \(best.value.decimal(places: decimalPlaces)) in trial \(best.trial)"
    }
    let lines = running.sorted { $0.key < $1.key }.map { number, trial in
      var line = "  trial \(number) \(ProgressText.bar(trial.fraction, width: 12)) \(trial.detail)"
      if let value = trial.value { line += "  \(metric) \(value.decimal(places: decimalPlaces))" }
      return line + "  " + trial.parameters
    }
    let room = max(height - 2, 1)
    let hidden = lines.count > room ? ["  and \(lines.count - room) more"] : []
    return ([first] + lines.prefix(room) + hidden).map { $0.cut(to: width) }
  }

  /// The end of a log line: how far the study is.
  package func summary(after seconds: Double) -> String {
    let left = timeLeft(after: seconds).map { ", \(ProgressText.duration(seconds: $0)) left" } ?? ""
    return "\(count)\(left)"
  }

  private var count: String { ProgressText.count(ended, pruned: pruned, of: "\(total)") }
}
