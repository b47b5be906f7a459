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

  /// Those of the ended trials that the pruner paused when they were last counted; they may continue.
  private var pruned = 0

  /// The total and the completed work, by the trials' costs.
  package private(set) var work: StudyWork

  /// The best value so far, of trials that have ended, are paused, or are running.
  package private(set) var best: Best?

  /// The best value of the trials that are no longer running.
  package private(set) var record: Best?

  /// Trials that are running here, by number.
  package private(set) var running: [Int: Trial] = [:]

  /// The name of the value, such as `mrr@10`.
  package let metric: String

  /// Which values are better.
  private var direction: Direction { Direction(ofMetric: metric) }

  private let decimalPlaces: Int
  private var endedBefore: Int
  private var workBefore: Double

  /// A value and where it is from.
  package struct Best: Equatable {
    package var value: Double
    package var trial: Int
    package var epoch: Int?
    package var parameters: [Parameter]

    /// The 95 % confidence interval of the value; known of a completed trial.
    package var interval: ClosedRange<Double>?

    package init(
      value: Double, trial: Int, epoch: Int? = nil, parameters: [Parameter] = [], interval: ClosedRange<Double>? = nil
    ) {
      (self.value, self.trial, self.epoch) = (value, trial, epoch)
      (self.parameters, self.interval) = (parameters, interval)
    }

    /// Whether it ranks before another one: of equal values, that of the earlier trial.
    fileprivate func ranksBefore(_ other: Best?, _ direction: Direction) -> Bool {
      guard let other else { return true }
      return direction.prefers(value, to: other.value) || (value == other.value && trial < other.trial)
    }
  }

  /// A hyperparameter that varies over the study, as text.
  package struct Parameter: Equatable, Sendable {
    package let name: String
    package let value: String

    package init(name: String, value: String) { (self.name, self.value) = (name, value) }

    var text: String { "\(name)=\(value)" }
  }

  /// A running trial, as far as a display shows it.
  package struct Trial: Equatable {
    package var parameters: [Parameter]

    /// Whether it competes; a repeat with another seed does not.
    package var isRanked = true

    /// The cost of the whole trial, in the unit of the study's work.
    package var work = 1.0

    /// The completed part of the trial; early stopping can end it at any time.
    package var fraction = 0.0

    /// The part completed before this process took over the trial; `nil` until the trial reports its progress.
    package var firstFraction: Double?

    /// The trial's own progress text, such as `epoch 3 of 20`.
    package var detail = ""

    /// The metric of the last validations that this process has seen.
    package var values: [Double] = []

    /// The best of all validations that this process has seen.
    package var best: Best?
  }

  /// How many validations of a trial a curve shows.
  private static let curveLength = 6

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
    record = best
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

  /// Takes over the best value of all processes.
  package mutating func align(best: Best?) {
    if let best { consider(best) }
  }

  /// - Parameter work: The trial's cost, in the unit of the study's work.
  /// - Parameter isResumed: Whether the trial continues from a checkpoint.
  /// - Parameter isRanked: Whether the trial competes.
  package mutating func start(
    _ trial: Int, parameters: [Parameter], work: Double? = nil, isResumed: Bool = false, isRanked: Bool = true
  ) {
    running[trial] = Trial(
      parameters: parameters, isRanked: isRanked, work: work ?? 1, firstFraction: isResumed ? nil : 0)
  }

  package mutating func advance(_ trial: Int, to fraction: Double, detail: String) {
    guard var known = running[trial] else { return }
    known.firstFraction = known.firstFraction ?? fraction
    known.fraction = fraction
    known.detail = detail
    running[trial] = known
  }

  package mutating func validate(_ trial: Int, epoch: Int? = nil, value: Double) {
    guard var known = running[trial] else { return }
    known.values = (known.values + [value]).suffix(Self.curveLength)
    let own = Best(value: value, trial: trial, epoch: epoch, parameters: known.parameters)
    if own.ranksBefore(known.best, direction) { known.best = own }
    running[trial] = known
    if known.isRanked { consider(own) }
  }

  /// Ends a trial; `counts` is false for a trial that returns to the queue.
  ///
  /// - Parameter value: Its best one; `nil` if it has diverged or failed.
  /// - Parameter interval: That of `value`.
  package mutating func end(
    _ trial: Int, value: Double?, interval: ClosedRange<Double>? = nil, counts: Bool = true, isPruned: Bool = false
  ) {
    guard let known = running.removeValue(forKey: trial), counts else { return }
    ended = min(ended + 1, total)
    // A trial that stopped early counts in full, which assumes that the others will stop as early.
    let part = isPruned ? known.fraction : 1
    work.ended = min(work.ended + known.work * part, work.total)
    workBefore += known.work * min(known.firstFraction ?? 0, part)
    if isPruned { pruned += 1 }
    guard known.isRanked else { return }
    guard let value else {
      let others = running.values.filter(\.isRanked).map(\.best)
      if best?.trial == trial { best = others.reduce(record) { better($0, $1) } }
      return
    }
    let epoch = known.best?.value == value ? known.best?.epoch : nil
    let own = Best(value: value, trial: trial, epoch: epoch, parameters: known.parameters, interval: interval)
    if own.ranksBefore(record, direction) { record = own }
    if best?.trial == trial && best?.value == value { best = own } else { consider(own) }
  }

  private mutating func consider(_ candidate: Best) {
    if candidate.ranksBefore(best, direction) { best = candidate }
  }

  private func better(_ a: Best?, _ b: Best?) -> Best? {
    guard let b else { return a }
    return b.ranksBefore(a, direction) ? b : a
  }

  /// Trials that have ended for good.
  package var finished: Int {
    // The counts of a large study are taken over only now and then.
    max(ended - pruned, 0)
  }

  /// Trials that the pruner paused and that do not run again by now.
  package var paused: Int { min(pruned, max(total - finished - running.count, 0)) }

  /// The metric's value as shown.
  package func shown(_ value: Double) -> String { value.decimal(places: decimalPlaces) }

  // MARK: - Speed

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

  /// The completed part of the study's work, from 0 to 1.
  package var fraction: Double { work.total > 0 ? (work.ended + runningWork) / work.total : 0 }

  /// The completed part of the running trials, in the unit of the work.
  private var runningWork: Double { running.values.reduce(0) { $0 + $1.work * $1.fraction } }

  // MARK: - In words

  /// The end of a log line: how far the study is.
  package func summary(after seconds: Double) -> String {
    let left = timeLeft(after: seconds).map { ", about \(ProgressText.duration(seconds: $0)) left" } ?? ""
    return "\(count)\(left)"
  }

  /// How many trials have finished, and how many are paused.
  var count: String { ProgressText.count(finished + paused, pruned: paused, of: "\(total)") }
}
