import Literals

/// A time limit as written on the command line: `2h`, `90m`, `45s`, `1h30m`, `1.5h`, `1d`, or a number of seconds.
package struct TimeLimit: Equatable, Sendable, CustomStringConvertible {
  package let duration: Duration

  /// The units, the largest first, in seconds.
  private static let units = [(name: "d", seconds: 86_400), ("h", 3600), ("m", 60), ("s", 1)]
  private static let mostDays = 365

  /// - Parameter option: The option that the text belongs to, for the message.
  /// - Throws: `CommandError.input` unless the text is a time greater than 0 and at most 365 days.
  package init(parsing text: String, option: String = "--timeout") throws(CommandError) {
    guard let seconds = Self.seconds(text) else {
      throw .input(message(at: option, found: "'\(text)'", expected: "a time such as 2h, 90m or 1h30m"))
    }
    guard seconds > 0, seconds <= Double(Self.mostDays * 86_400) else {
      throw .input(
        message(at: option, found: "'\(text)'", expected: "a time greater than 0 and at most \(Self.mostDays)d"))
    }
    duration = .seconds(seconds)
  }

  /// The number of seconds, or `nil` when the text is not a time.
  ///
  /// Units come in decreasing order, each at most once, and only the last number may have decimals.
  private static func seconds(_ text: String) -> Double? {
    if text.wholeMatch(of: #/[0-9]+(\.[0-9]+)?/#) != nil { return Double(text) }
    var rest = Substring(text)
    var sum = 0.0
    var canGoOn = true
    for (name, seconds) in units {
      guard let match = rest.prefixMatch(of: #/([0-9]+(?:\.[0-9]+)?)([a-z])/#), match.output.2 == name else { continue }
      guard canGoOn, let number = Double(match.output.1) else { return nil }
      sum += number * Double(seconds)
      canGoOn = !match.output.1.contains(".")
      rest = rest[match.range.upperBound...]
    }
    return rest.isEmpty && !text.isEmpty ? sum : nil
  }

  /// The time in whole units, with decimals only below a second: `1h30m`, `0.5s`.
  package var description: String {
    var (seconds, attoseconds) = duration.components
    var text = ""
    for (name, size) in Self.units.dropLast() where seconds >= size {
      text += "\(seconds / Int64(size))\(name)"
      seconds %= Int64(size)
    }
    let fraction = Double(attoseconds) / 1e18
    if fraction > 0 { return text + "\(Double(seconds) + fraction)s" }
    return seconds > 0 ? text + "\(seconds)s" : text
  }
}
