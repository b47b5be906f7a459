import Foundation
import Locks

/// Shows a study's progress: on a terminal as a block of lines that redraws itself, elsewhere as one line per event.
final class ProgressDisplay: Sendable {
  private let state: Locked<State>
  private let isTerminal: Bool
  private let start = ContinuousClock.now

  private struct State {
    var progress: StudyProgress
    /// Lines of the block on the terminal, which the next drawing overwrites.
    var drawnLines = 0
    var lastDrawing = -Double.infinity
    /// When each trial last had a line in the log.
    var lastLine: [Int: Double] = [:]
  }

  /// Seconds between two drawings, so that drawing costs almost nothing.
  private static let drawingInterval = 0.1

  /// Seconds between two log lines about the same running trial.
  private static let lineInterval = 60.0

  init(_ progress: StudyProgress, isTerminal: Bool = Output.noteIsTerminal) {
    state = Locked(State(progress: progress))
    self.isTerminal = isTerminal
  }

  /// Changes the state; `line` describes the change in a log.
  ///
  /// - Parameter important: Whether a terminal shows the line, too, above the block.
  /// - Parameter addsSummary: Whether the line ends with the study's progress after the change.
  func update(
    _ change: (inout StudyProgress) -> Void, line: String? = nil, trial: Int? = nil, important: Bool = false,
    addsSummary: Bool = false
  ) {
    let now = seconds
    state.withLock { state in
      change(&state.progress)
      if let trial, line != nil { state.lastLine[trial] = now }
      if let line {
        if !isTerminal {
          let summary = addsSummary ? " (\(state.progress.summary(after: now)))" : ""
          Output.note("\(Self.timestamp()) \(line)\(summary)")
        } else if important {
          erase(&state)
          Output.note(line)
        }
      }
      draw(&state, at: now)
    }
  }

  /// Changes the state of a running trial; a log gets a line if it had none about the trial for a minute.
  func progress(
    _ trial: Int, _ change: (inout StudyProgress) -> Void, line: @autoclosure () -> String?
  ) {
    let now = seconds
    state.withLock { state in
      change(&state.progress)
      if !isTerminal, now - state.lastLine[trial, default: now] >= Self.lineInterval, let line = line() {
        state.lastLine[trial] = now
        Output.note("\(Self.timestamp()) \(line)")
      }
      draw(&state, at: now)
    }
  }

  /// Removes the block from the terminal.
  func finish() {
    state.withLock { erase(&$0) }
  }

  private var seconds: Double {
    let elapsed = (ContinuousClock.now - start).components
    return Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
  }

  private func draw(_ state: inout State, at now: Double) {
    guard isTerminal, now - state.lastDrawing >= Self.drawingInterval else { return }
    state.lastDrawing = now
    let (width, height) = Output.terminalSize
    let lines = state.progress.block(after: now, width: width - 1, height: height - 1)
    // One write: move to the block's start, overwrite each line, clear the rest of the screen.
    let up = state.drawnLines > 0 ? "\u{1B}[\(state.drawnLines)A\r" : "\r"
    Output.raw(up + lines.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J")
    state.drawnLines = lines.count
  }

  private func erase(_ state: inout State) {
    guard state.drawnLines > 0 else { return }
    Output.raw("\u{1B}[\(state.drawnLines)A\r\u{1B}[J")
    state.drawnLines = 0
    state.lastDrawing = -.infinity
  }

  /// The local time, for log lines.
  private static func timestamp() -> String {
    Date.now.formatted(
      Date.ISO8601FormatStyle(dateTimeSeparator: .space, timeZone: .current)
        .year().month().day().time(includingFractionalSeconds: false))
  }
}
