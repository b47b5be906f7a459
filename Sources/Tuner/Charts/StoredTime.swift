/// Points in time as databases store them: `2026-11-28T09:30:12.345Z`, in UTC.
enum StoredTime {
  /// Seconds since the beginning of 1970, or `nil` if the text is no such time.
  ///
  /// Days are counted as in Howard Hinnant, *chrono-Compatible Low-Level Date Algorithms* (`days_from_civil`).
  static func seconds(_ text: String) -> Double? {
    let match = text.wholeMatch(of: /(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d(?:\.\d+)?)Z/)
    guard let (_, year, month, day, hour, minute, second) = match?.output, let y = Int(year), let m = Int(month),
      let d = Int(day), let h = Int(hour), let min = Int(minute), let s = Double(second)
    else { return nil }
    // Years begin with March, so that the day that leap years add is the last one.
    let shifted = m <= 2 ? y - 1 : y
    let era = shifted / 400
    let yearOfEra = shifted % 400
    let dayOfYear = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * 146_097 + dayOfEra - 719_468
    return Double(days * 86_400 + h * 3600 + min * 60) + s
  }
}
