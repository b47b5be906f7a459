import Literals
import Model

/// Shows the progress of one training run: one line per epoch, and on a terminal a bar below it.
final class TrainingDisplay {
  private let epochs: Int
  private let decimalPlaces: Int
  private let hasBar: Bool
  private let start = ContinuousClock.now
  private var epochStart = ContinuousClock.now
  private var lastDrawing: ContinuousClock.Instant?

  /// - Parameter decimalPlaces: Of the metrics.
  /// - Parameter showsBar: The value of RecBole's `show_progress`, if there is one.
  init(epochs: Int, decimalPlaces: Int, showsBar: Bool? = nil) {
    self.epochs = epochs
    self.decimalPlaces = decimalPlaces
    hasBar = Terminal.current.redraws && showsBar ?? true
  }

  /// Time since the start.
  var elapsed: String { ProgressText.duration(seconds: seconds(since: start)) }

  func advance(_ position: Trainer.Position) {
    guard hasBar else { return }
    let now = ContinuousClock.now
    if let lastDrawing, now - lastDrawing < .milliseconds(100) { return }
    lastDrawing = now
    let fraction = (Double(position.epoch - 1) + position.fraction) / Double(epochs)
    let left = seconds(since: start) * (1 - fraction) / fraction
    let line =
      "epoch \(position.epoch) of \(epochs) \(ProgressText.bar(fraction, width: 24, Terminal.current.glyphs))  "
      + "at most \(ProgressText.duration(seconds: left)) left"
    Output.raw("\r" + line.cut(to: Output.terminalSize.width - 1) + "\u{1B}[K")
  }

  func report(_ epoch: EpochReport) {
    let metrics = (epoch.valid?.values ?? []).map {
      "  \($0.name) \($0.value.decimal(places: decimalPlaces))"
    }
    let loss = epoch.loss.map { "loss \(ProgressText.decimal($0, places: 4))" } ?? "no loss: no mask counted"
    let line =
      "epoch \(epoch.epoch)  \(ProgressText.duration(seconds: seconds(since: epochStart)))"
      + "  \(loss)\(metrics.joined())\(epoch.isBest ? "  best" : "")"
    finish()
    Output.note(line)
    epochStart = .now
  }

  /// Removes the bar from the terminal.
  func finish() {
    if hasBar { Output.raw("\r\u{1B}[K") }
  }

  private func seconds(since instant: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - instant) / .seconds(1)
  }
}
