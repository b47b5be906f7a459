package import Tuner

/// What is known about a running study, as a terminal or a log shows it.
///
/// Pure: times come in as seconds since this process began with the study.
package struct StudyProgress: Equatable {
  /// All trials of the study.
  package var total: Int

  /// Trials that have ended, before this process and in it.
  package private(set) var ended: Int

  /// Of those, the ones that the pruner stopped; they may go on.
  package private(set) var pruned = 0

  /// What there is to do and what is done, by the trials' costs.
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

  /// A running trial.
  package struct Trial: Equatable {
    /// Hyperparameters as `name=value`, separated by spaces.
    package var parameters: String

    /// What the whole trial costs, in the unit of the study's work.
    package var work = 1.0

    /// Part of the trial that is done; early stopping can end it at any time.
    package var fraction = 0.0

    /// The part that was done before this process took the trial up; `nil` until the trial says how far it is.
    package var firstFraction: Double?

    /// What the trial says about itself, such as `epoch 3 of 20`.
    package var detail = ""

    /// The validation metric after the last validation.
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

  /// Takes what the study says about itself; other processes may have changed it since it was opened.
  package mutating func align(total: Int, ended: Int, pruned: Int = 0, work: StudyWork? = nil) {
    let work = work ?? StudyWork(total: Double(total), ended: Double(ended))
    endedBefore += ended - self.ended
    workBefore += work.ended - self.work.ended
    self.total = total
    self.ended = ended
    self.pruned = pruned
    self.work = work
  }

  /// - Parameter isResumed: Whether the trial goes on from a checkpoint.
  /// - Parameter work: What the trial costs, in the unit of the study's work.
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

  /// Ends a trial; `counts` is false for one that goes back to the queue.
  package mutating func end(_ trial: Int, value: Double?, counts: Bool = true, isPruned: Bool = false) {
    guard let known = running.removeValue(forKey: trial), counts else { return }
    ended = min(ended + 1, total)
    // What a trial that ended before its last epoch leaves undone is expected of the others as well.
    let part = isPruned ? known.fraction : 1
    work.ended = min(work.ended + known.work * part, work.total)
    workBefore += known.work * min(known.firstFraction ?? 0, part)
    if isPruned { pruned += 1 }
    if let value, value > (best?.value ?? -.infinity) || (value == best?.value && trial < best?.trial ?? 0) {
      best = Best(value: value, trial: trial)
    }
  }

  /// Trials a second in this process, running ones counting by their part; `nil` before there is any.
  package func rate(after seconds: Double) -> Double? {
    let parts = running.values.reduce(0) { $0 + max($1.fraction - ($1.firstFraction ?? $1.fraction), 0) }
    let done = Double(ended - endedBefore) + parts
    // The first second says nothing: trials are being set up.
    return done > 0 && seconds >= 1 ? done / seconds : nil
  }

  /// Seconds until the last trial ends if work goes on as fast as so far, or `nil` before there is a measure of that.
  package func timeLeft(after seconds: Double) -> Double? {
    let own = running.values.reduce(0) { $0 + $1.work * max($1.fraction - ($1.firstFraction ?? $1.fraction), 0) }
    let done = work.ended - workBefore + own
    guard done > 0, seconds >= 1 else { return nil }
    return max(work.total - work.ended - runningWork, 0) / (done / seconds)
  }

  /// The part of the running trials that is done, in the unit of the work.
  private var runningWork: Double { running.values.reduce(0) { $0 + $1.work * $1.fraction } }

  /// The block that a terminal of that size shows: the study's line, then one for each running trial.
  package func block(after seconds: Double, width: Int, height: Int = .max) -> [String] {
    let fraction = work.total > 0 ? (work.ended + runningWork) / work.total : 0
    var first = "\(count(of: "trials")) \(ProgressText.bar(fraction, width: 24))"
    if let rate = rate(after: seconds), let left = timeLeft(after: seconds) {
      first += "  \(ProgressText.rate(perSecond: rate, of: "trials")), \(ProgressText.duration(seconds: left)) left"
    }
    if let best {
      first += "  best \(metric) \(ProgressText.decimal(best.value, places: decimalPlaces)) in trial \(best.trial)"
    }
    let lines = running.sorted { $0.key < $1.key }.map { number, trial in
      var line = "  trial \(number) \(ProgressText.bar(trial.fraction, width: 12)) \(trial.detail)"
      if let value = trial.value { line += "  \(metric) \(ProgressText.decimal(value, places: decimalPlaces))" }
      return line + "  " + trial.parameters
    }
    let room = max(height - 2, 1)
    let hidden = lines.count > room ? ["  and \(lines.count - room) more"] : []
    return ([first] + lines.prefix(room) + hidden).map { ProgressText.cut($0, to: width) }
  }

  /// What stands at the end of a log's line: how far the study is.
  package func summary(after seconds: Double) -> String {
    let left = timeLeft(after: seconds).map { ", \(ProgressText.duration(seconds: $0)) left" } ?? ""
    return "\(count(of: "done"))\(left)"
  }

  private func count(of what: String) -> String {
    pruned > 0 ? "\(ended - pruned) done and \(pruned) pruned of \(total)" : "\(ended) of \(total) \(what)"
  }
}
