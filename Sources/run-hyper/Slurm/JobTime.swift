import Literals

/// The time limit of a job, in the minutes that Slurm counts in.
package struct JobTime: Equatable, Sendable, CustomStringConvertible {
  package let minutes: Int

  private static let mostMinutes = 365 * 24 * 60

  /// Reads `5m`, `4h`, `1h30m`, or Slurm's `D-HH`, `D-HH:MM`, `D-HH:MM:SS` and `HH:MM:SS`; part of a minute counts as one.
  ///
  /// A number alone and `90:00` are refused: Slurm reads minutes where others read seconds, or hours and minutes.
  ///
  /// - Throws: `CommandError.input` unless the text is a time greater than 0 and at most 365 days.
  package init(parsing text: String, option: String = "--time") throws(CommandError) {
    func refused(_ found: String, _ expected: String) -> CommandError {
      .input(message(at: option, found: found, expected: expected))
    }
    if text.wholeMatch(of: #/[0-9]+(\.[0-9]+)?/#) != nil {
      throw refused(
        "'\(text)', which Slurm reads as minutes and --timeout as seconds", "a unit: \(text)m, \(text)s or \(text)h")
    }
    if let match = text.wholeMatch(of: #/([0-9]+):([0-9]+)/#) {
      let (first, second) = (match.output.1, match.output.2)
      throw refused(
        "'\(text)', which Slurm reads as minutes and seconds and others as hours and minutes",
        "\(first)m\(second)s or \(first)h\(second)m")
    }
    let seconds: Double
    if let ofSlurm = Self.slurmSeconds(text) {
      seconds = ofSlurm
    } else {
      seconds = try TimeLimit(parsing: text, option: option).duration / .seconds(1)
    }
    guard seconds > 0, seconds <= Double(Self.mostMinutes * 60) else {
      throw refused("'\(text)'", "a time greater than 0 and at most 365 days")
    }
    minutes = Int((seconds / 60).rounded(.up))
  }

  /// The seconds of a time with days or with three numbers; `nil` for any other text.
  private static func slurmSeconds(_ text: String) -> Double? {
    if let match = text.wholeMatch(of: #/([0-9]+)-([0-9]+)(?::([0-9]+))?(?::([0-9]+))?/#) {
      let texts = [match.output.1, match.output.2, match.output.3 ?? "0", match.output.4 ?? "0"]
      let parts = texts.compactMap { Double($0) }
      return ((parts[0] * 24 + parts[1]) * 60 + parts[2]) * 60 + parts[3]
    }
    guard let match = text.wholeMatch(of: #/([0-9]+):([0-9]+):([0-9]+)/#) else { return nil }
    let parts = [match.output.1, match.output.2, match.output.3].compactMap { Double($0) }
    return (parts[0] * 60 + parts[1]) * 60 + parts[2]
  }

  /// The time as Slurm writes it: `D-HH:MM:SS`.
  package var slurmText: String {
    let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(days)-\(two(hours)):\(two(rest)):00"
  }

  /// The time in words of the command line, such as `1h30m`.
  package var description: String {
    [(minutes / 1440, "d"), (minutes / 60 % 24, "h"), (minutes % 60, "m")].filter { $0.0 > 0 }
      .map { "\($0.0)\($0.1)" }.joined()
  }

  /// Seconds before the end at which a worker is told to save its trials' states.
  ///
  /// Slurm may tell it up to a minute earlier, so a short job would do little else than save if this were longer.
  package static func warning(for limit: JobTime?) -> Int {
    guard let limit else { return longestWarning }
    return min(longestWarning, max(15, limit.minutes * 60 / 4))
  }

  private static let longestWarning = 120
}
