import Foundation
import Literals

/// Shows how many users have their recommendations: on a terminal as a bar, elsewhere as a line each minute.
final class RecommendationDisplay {
  private let total: Int?

  /// Results on a terminal would get mixed up with a bar.
  private let hasBar = Terminal.current.redraws && isatty(STDOUT_FILENO) == 0

  /// Nor are lines of progress wanted between results.
  private let isMixed = Output.noteIsTerminal && isatty(STDOUT_FILENO) == 1

  private let start = ContinuousClock.now
  private var last = ContinuousClock.now

  /// - Parameter total: The number of users; `nil` if it is unknown.
  init(total: Int?) { self.total = total }

  /// Time since the start.
  var elapsed: String { ProgressText.duration(seconds: seconds) }

  func advance(to count: Int) {
    guard !isMixed, ContinuousClock.now - last >= (hasBar ? .milliseconds(100) : .seconds(60)) else {
      return
    }
    last = .now
    let rate = ProgressText.rate(perSecond: Double(count) / seconds, of: "users")
    var line = "\(count)\(total.map { " of \($0)" } ?? "") users"
    if let total, count > 0 {
      let fraction = Double(count) / Double(max(total, count))
      if hasBar { line += " " + ProgressText.bar(fraction, width: 24, Terminal.current.glyphs) }
      line += "  \(rate)  \(ProgressText.duration(seconds: seconds * (1 - fraction) / fraction)) left"
    } else {
      line += "  \(rate)"
    }
    if hasBar { Output.raw("\r" + line.cut(to: Output.terminalSize.width - 1) + "\u{1B}[K") } else { Output.note(line) }
  }

  /// Removes the bar from the terminal.
  func finish() {
    if hasBar { Output.raw("\r\u{1B}[K") }
  }

  private var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }
}
