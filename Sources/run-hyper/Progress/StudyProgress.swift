/// What is known about a running study, as a terminal or a log shows it.
///
/// Pure: times come in as seconds since this process began with the study.
package struct StudyProgress: Equatable {
  /// All trials of the study.
  package var total: Int

  /// Trials that have ended, before this process and in it.
  package private(set) var ended: Int

  /// The best value so far and its trial.
  package private(set) var best: Best?

  /// Trials that are running here, by number.
  package private(set) var running: [Int: Trial] = [:]

  private let metric: String
  private var endedBefore: Int

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
  package init(total: Int, ended: Int, metric: String, best: Best?) {
    self.total = total
    self.ended = ended
    self.metric = metric
    self.best = best
    endedBefore = ended
  }

  /// Takes what the study says about itself; other processes may have changed it since it was opened.
  package mutating func align(total: Int, ended: Int) {
    endedBefore += ended - self.ended
    self.total = total
    self.ended = ended
  }

  /// - Parameter isResumed: Whether the trial goes on from a checkpoint.
  package mutating func start(_ trial: Int, parameters: String, isResumed: Bool = false) {
    running[trial] = Trial(parameters: parameters, firstFraction: isResumed ? nil : 0)
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
  package mutating func end(_ trial: Int, value: Double?, counts: Bool = true) {
    running[trial] = nil
    guard counts else { return }
    ended = min(ended + 1, total)
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

  /// Seconds until the last trial ends at this rate, or `nil` before there is one.
  package func timeLeft(after seconds: Double) -> Double? {
    guard let rate = rate(after: seconds) else { return nil }
    let parts = running.values.reduce(0) { $0 + $1.fraction }
    return max(Double(total - ended) - parts, 0) / rate
  }

  /// The block that a terminal of that size shows: the study's line, then one for each running trial.
  package func block(after seconds: Double, width: Int, height: Int = .max) -> [String] {
    let parts = running.values.reduce(0) { $0 + $1.fraction }
    let fraction = total > 0 ? (Double(ended) + parts) / Double(total) : 0
    var first = "\(ended) of \(total) trials \(ProgressText.bar(fraction, width: 24))"
    if let rate = rate(after: seconds), let left = timeLeft(after: seconds) {
      first += "  \(ProgressText.rate(perSecond: rate, of: "trials")), \(ProgressText.duration(seconds: left)) left"
    }
    if let best { first += "  best \(metric) \(ProgressText.decimal(best.value, places: 4)) in trial \(best.trial)" }
    let lines = running.sorted { $0.key < $1.key }.map { number, trial in
      var line = "  trial \(number) \(ProgressText.bar(trial.fraction, width: 12)) \(trial.detail)"
      if let value = trial.value { line += "  \(metric) \(ProgressText.decimal(value, places: 4))" }
      return line + "  " + trial.parameters
    }
    let room = max(height - 2, 1)
    let hidden = lines.count > room ? ["  and \(lines.count - room) more"] : []
    return ([first] + lines.prefix(room) + hidden).map { ProgressText.cut($0, to: width) }
  }

  /// What stands at the end of a log's line: how far the study is.
  package func summary(after seconds: Double) -> String {
    let left = timeLeft(after: seconds).map { ", \(ProgressText.duration(seconds: $0)) left" } ?? ""
    return "\(ended) of \(total) done\(left)"
  }
}
