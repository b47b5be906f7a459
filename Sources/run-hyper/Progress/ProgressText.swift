import Foundation

/// Progress as text: bars, durations, rates, counts.
package enum ProgressText {
  /// A bar of `width` columns, filled from the left in eighths of a column, or in whole ones of ASCII.
  ///
  /// - Parameter fraction: Clamped to 0…1.
  package static func bar(_ fraction: Double, width: Int, _ glyphs: Terminal.Glyphs = .unicode) -> String {
    let eighths = Int((min(max(fraction.isNaN ? 0 : fraction, 0), 1) * Double(width * 8)).rounded(.down))
    let full = eighths / 8
    if glyphs == .ascii { return String(repeating: "#", count: full) + String(repeating: ".", count: width - full) }
    let partial = eighths % 8 == 0 ? "" : String(Array("▏▎▍▌▋▊▉")[eighths % 8 - 1])
    let empty = width - full - (partial.isEmpty ? 0 : 1)
    return String(repeating: "█", count: full) + partial + String(repeating: "░", count: empty)
  }

  /// A curve of some values, a column each, from the lowest to the highest; empty in ASCII, which has no such characters.
  package static func curve(_ values: [Double], _ glyphs: Terminal.Glyphs = .unicode) -> String {
    guard glyphs == .unicode, let low = values.min(), let high = values.max() else { return "" }
    let levels = Array("▁▂▃▄▅▆▇█")
    return String(
      values.map { value in
        let height = high > low ? (value - low) / (high - low) : 0.5
        return levels[min(max(Int((height * 7).rounded()), 0), 7)]
      })
  }

  /// A duration in its two largest units: `8 s`, `3 min 40 s`, `2 h 05 min`, `1 d 3 h`.
  package static func duration(seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "?" }
    if seconds < 9.95 { return "\(decimal(seconds, places: 1)) s" }
    let whole = Int(min(seconds, 1e15).rounded())
    let (minutes, hours) = (whole / 60, whole / 3600)
    if minutes == 0 { return "\(whole) s" }
    if hours == 0 { return "\(minutes) min \(padded(whole % 60)) s" }
    if hours < 24 { return "\(hours) h \(padded(minutes % 60)) min" }
    return "\(hours / 24) d \(hours % 24) h"
  }

  /// A rate in the unit that keeps it above 1: `2.5 trials/s`, `12 trials/min`, `3.1 trials/h`.
  package static func rate(perSecond: Double, of unit: String) -> String {
    guard perSecond.isFinite, perSecond > 0 else { return "" }
    let choices = [(1.0, "s"), (60, "min"), (3600, "h")]
    let (factor, name) = choices.first { perSecond * $0.0 >= 1 } ?? choices[2]
    let value = perSecond * factor
    return "\(decimal(value, places: value < 9.95 ? 1 : 0)) \(unit)/\(name)"
  }

  /// The number of finished trials: `3 of 80 trials finished, 12 paused by the pruner`.
  ///
  /// - Parameter ended: Includes the trials that the pruner has paused.
  package static func count(_ ended: Int, pruned: Int, of total: String) -> String {
    "\(ended - pruned) of \(total) finished" + (pruned > 0 ? ", \(pruned) paused by the pruner" : "")
  }

  /// A duration, rate, share or loss with a fixed number of decimals; metrics are rounded by `Double.decimal(places:)`.
  package static func decimal(_ value: Double, places: Int) -> String {
    String(format: "%.\(places)f", value)
  }

  private static func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
