import Foundation
import Literals
import Locks

/// Shows a study's progress: on a terminal as a block of lines that redraws itself, elsewhere as one line per event.
final class ProgressDisplay: Sendable {
  private let state: Locked<State>
  private let mode: Mode
  private let terminal: Terminal
  private let start = ContinuousClock.now

  private enum Mode {
    case block
    case lines
    case json
    case none
  }

  private struct State {
    var progress: StudyProgress
    /// The block on the terminal, which the next drawing overwrites.
    var drawn: [String] = []
    var lastDrawing = -Double.infinity
    /// When each trial last had a line in the log.
    var lastLine: [Int: Double] = [:]
  }

  /// Seconds between two drawings, so that drawing costs almost nothing.
  private static let drawingInterval = 0.1

  /// Seconds between two log lines about the same running trial.
  private static let lineInterval = 60.0

  init(_ progress: StudyProgress, _ mode: ProgressMode, terminal: Terminal = .current) {
    state = Locked(State(progress: progress))
    self.terminal = terminal
    self.mode =
      switch mode {
      case .auto: terminal.redraws ? .block : .lines
      case .bar: .block
      case .plain: .lines
      case .json: .json
      case .none: .none
      }
  }

  /// Changes the state, and shows what happened.
  func update(_ event: ProgressEvent? = nil, _ change: (inout StudyProgress) -> Void = { _ in }) {
    let now = seconds
    state.withLock { state in
      let record = state.progress.record
      change(&state.progress)
      if let event { show(event, &state, at: now) }
      // A running trial that is better has its line when it ends.
      if mode == .block, let new = state.progress.record, new != record, new == state.progress.best {
        say(ProgressBlock.record(new, state.progress), .best, &state)
      }
      draw(&state, at: now)
    }
  }

  /// Changes the state of a running trial; a log gets a line if it had none about the trial for a minute.
  func progress(
    _ trial: Int, _ change: (inout StudyProgress) -> Void, event: @autoclosure () -> ProgressEvent
  ) {
    let now = seconds
    state.withLock { state in
      change(&state.progress)
      if mode == .lines || mode == .json, now - state.lastLine[trial, default: now] >= Self.lineInterval {
        show(event(), &state, at: now)
      }
      draw(&state, at: now)
    }
  }

  /// Removes the block from the terminal.
  func finish() {
    state.withLock { erase(&$0) }
  }

  /// How far the study is.
  var current: StudyProgress { state.withLock { $0.progress } }

  private var seconds: Double {
    let elapsed = (ContinuousClock.now - start).components
    return Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
  }

  // MARK: - Lines

  private func show(_ event: ProgressEvent, _ state: inout State, at now: Double) {
    if event.isForPrograms, mode != .json { return }
    if let trial = event.trial { state.lastLine[trial] = now }
    switch mode {
    case .json:
      Output.raw(event.json(state.progress, at: Date.now.formatted(.iso8601)) + "\n")
    case .lines:
      let summary = event.addsSummary ? " (\(state.progress.summary(after: now)))" : ""
      Output.note("\(Self.timestamp()) \(event.text)\(summary)")
    case .block where event.isImportant: say(event.text, .problem, &state)
    case .none where event.isImportant: Output.note(event.text)
    case .block, .none: break
    }
  }

  /// Writes a line that stays, above the block.
  private func say(_ text: String, _ style: ProgressBlock.Style, _ state: inout State) {
    erase(&state)
    guard terminal.hasColor else { return Output.note(text) }
    Output.raw(text.visibleLines.split(separator: "\n").map { style.colored(String($0)) + "\n" }.joined())
  }

  // MARK: - The block

  private func draw(_ state: inout State, at now: Double) {
    guard mode == .block, now - state.lastDrawing >= Self.drawingInterval else { return }
    state.lastDrawing = now
    let (width, height) = Output.terminalSize
    let block = ProgressBlock(
      state.progress, after: now, width: width - 1, height: height - 1, glyphs: terminal.glyphs)
    let lines = block.lines.map { terminal.hasColor ? $0.style.colored($0.text) : $0.text }
    // One write: move to the block's start, overwrite each line, clear the rest of the screen.
    Output.raw(Self.wayBack(over: state.drawn, width) + lines.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J")
    state.drawn = block.lines.map(\.text)
  }

  private func erase(_ state: inout State) {
    guard !state.drawn.isEmpty else { return }
    Output.raw(Self.wayBack(over: state.drawn, Output.terminalSize.width) + "\u{1B}[J")
    state.drawn = []
    state.lastDrawing = -.infinity
  }

  /// Moves to the beginning of the lines that were drawn last.
  private static func wayBack(over lines: [String], _ width: Int) -> String {
    let rows = ProgressBlock.rows(of: lines, width: width)
    return rows > 0 ? "\u{1B}[\(rows)A\r" : "\r"
  }

  /// The local time, for log lines.
  private static func timestamp() -> String { LocalTime.text(Date.now) }
}
