import Foundation

/// Times for a person: in the time zone of the process, to the second, such as `2026-11-28 02:43:11`.
package enum LocalTime {
  static func text(_ date: Date) -> String {
    date.formatted(
      Date.ISO8601FormatStyle(dateTimeSeparator: .space, timeZone: .current)
        .year().month().day().time(includingFractionalSeconds: false))
  }

  /// - Parameter stored: A time of a database, in UTC with milliseconds; any other text is unchanged.
  package static func text(_ stored: String) -> String {
    (try? Date(stored, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))).map { text($0) } ?? stored
  }
}
