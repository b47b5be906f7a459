import Literals

/// The lines about a running study that a terminal shows and draws over: the best value, the study, then each running trial.
///
/// What does not fit is left out in whole parts, always in the same order.
package struct ProgressBlock {
  package let lines: [Line]

  /// A line, and how it is shown where there are colors.
  package struct Line: Equatable {
    package let text: String
    package var style = Style.plain
  }

  package enum Style: Equatable, Sendable {
    case plain
    case best
    case problem

    /// The text in its color (ECMA-48, SGR): green for what is best, yellow for a problem.
    func colored(_ text: String) -> String {
      switch self {
      case .plain: text
      case .best: "\u{1B}[32m\(text)\u{1B}[39m"
      case .problem: "\u{1B}[33m\(text)\u{1B}[39m"
      }
    }
  }

  /// - Parameter seconds: Since this process started on the study.
  /// - Parameter width: Columns of the terminal that may be used.
  /// - Parameter height: Lines that may be used.
  package init(
    _ progress: StudyProgress, after seconds: Double, width: Int, height: Int = .max, glyphs: Terminal.Glyphs = .unicode
  ) {
    var lines: [Line] = []
    if let best = progress.best {
      lines.append(Line(text: Self.best(best, progress).text(width: width), style: .best))
    }
    lines.append(Line(text: Self.study(progress, after: seconds, glyphs).text(width: width)))
    let differing = Self.differingNames(progress)
    let trials = progress.running.sorted { $0.key < $1.key }.map { number, trial in
      Line(text: Self.trial(number, trial, progress, differing, glyphs).text(width: width))
    }
    let room = max(height - lines.count - 1, 1)
    lines += trials.prefix(room)
    if trials.count > room { lines.append(Line(text: "  and \(trials.count - room) more".cut(to: width))) }
    self.lines = lines
  }

  /// The line that stays above the block when a trial leaves as the best so far.
  package static func record(_ best: StudyProgress.Best, _ progress: StudyProgress) -> String {
    let epoch = best.epoch.map { ", epoch \($0)" } ?? ""
    let parameters = best.parameters.map(\.text).joined(separator: " ")
    return "new best: \(value(best, progress)), trial \(best.trial)\(epoch)"
      + (parameters.isEmpty ? "" : ": \(parameters)")
  }

  /// The number of rows on which a terminal shows lines: a line that is longer than its width takes several.
  package static func rows(of lines: [String], width: Int) -> Int {
    lines.reduce(0) { $0 + max(($1.count + width - 1) / max(width, 1), 1) }
  }

  // MARK: - Lines

  private static func value(_ best: StudyProgress.Best, _ progress: StudyProgress) -> String {
    "\(progress.metric) \(progress.shown(best.value))"
  }

  private static func best(_ best: StudyProgress.Best, _ progress: StudyProgress) -> FittedLine {
    var line = FittedLine()
    line.add("best \(value(best, progress))", rank: 0)
    if let interval = best.interval {
      line.add(
        "(\(progress.shown(interval.lowerBound)) to \(progress.shown(interval.upperBound)))", rank: 2, separator: " ")
    }
    line.add("trial \(best.trial)", rank: 1)
    if let epoch = best.epoch { line.add("epoch \(epoch)", rank: 3) }
    line.add(best.parameters.map { ($0.text, 4) }, of: "parameters")
    return line
  }

  private static func study(
    _ progress: StudyProgress, after seconds: Double, _ glyphs: Terminal.Glyphs
  ) -> FittedLine {
    var line = FittedLine()
    line.add("\(progress.finished) of \(progress.total) finished", rank: 0)
    if progress.paused > 0 { line.add("\(progress.paused) paused", rank: 2, separator: ", ") }
    line.add("\(progress.running.count) running", rank: 5, separator: ", ")
    let share = Int((min(max(progress.fraction, 0), 1) * 100).rounded(.down))
    line.add("\(share) % \(ProgressText.bar(progress.fraction, width: 10, glyphs))", rank: 4)
    line.add(seconds < 60 ? "\(Int(seconds)) s" : ProgressText.duration(seconds: seconds), rank: 3)
    if let left = progress.timeLeft(after: seconds) {
      line.add("about \(ProgressText.duration(seconds: left)) left", rank: 1, separator: ", ")
    }
    if let rate = progress.rate(after: seconds) {
      line.add(ProgressText.rate(perSecond: rate, of: "trials"), rank: 6)
    }
    return line
  }

  private static func trial(
    _ number: Int, _ trial: StudyProgress.Trial, _ progress: StudyProgress, _ differing: Set<String>,
    _ glyphs: Terminal.Glyphs
  ) -> FittedLine {
    var line = FittedLine()
    line.add("  trial \(number)", rank: 0)
    line.add(ProgressText.bar(trial.fraction, width: 8, glyphs), rank: 4, separator: " ")
    line.add(trial.detail, rank: 1, separator: " ")
    if let value = trial.values.last { line.add(progress.shown(value), rank: 2) }
    if trial.values.count > 1 { line.add(ProgressText.curve(trial.values, glyphs), rank: 3, separator: " ") }
    line.add(trial.parameters.map { ($0.text, differing.contains($0.name) ? 5 : 6) }, of: "parameters")
    return line
  }

  /// The parameters in which the running trials differ.
  private static func differingNames(_ progress: StudyProgress) -> Set<String> {
    var values: [String: Set<String>] = [:]
    for parameter in progress.running.values.flatMap(\.parameters) {
      values[parameter.name, default: []].insert(parameter.value)
    }
    return Set(values.filter { $0.value.count > 1 }.keys)
  }
}
