import Foundation
import Testing

@testable import Model

@Suite struct ImportedTimeTests {
  private static func seconds(_ text: String) -> String? {
    var times = ImportedTimes()
    return try? times.seconds(text, line: 2, at: "t.csv:2")
  }

  @Test(arguments: [
    ("1483656432", "1483656432"), (" 1483656432 ", "1483656432"), ("0", "0"), ("-5", "-5"), ("+5", "5"), ("-0", "0"),
    ("1483656432.50", "1483656432.5"), (".5", "0.5"), ("5.", "5"), ("007", "7"), ("1.483656432e9", "1483656432"),
    ("1.5E-3", "0.0015"), ("99999999999", "99999999999"), ("1483656432123", "1483656432.123"),
    ("1483656432120", "1483656432.12"), ("1483656432000", "1483656432"), ("1.483656432123E12", "1483656432.123"),
    ("1483656432123.25", "1483656432.12325"), ("-100000000001", "-100000000.001"),
  ])
  func `Numbers are seconds or milliseconds, and keep every digit`(text: String, expected: String) {
    #expect(Self.seconds(text) == expected)
  }

  @Test(arguments: [
    ("1970-01-01", "0"), ("2017-01-05", "1483574400"), ("2017-01-05T22:47:12", "1483656432"),
    ("2017-01-05 22:47:12", "1483656432"), ("2017-01-05T22:47:12Z", "1483656432"), ("2017-01-05 22:47", "1483656420"),
    ("2017-01-05t22:47:12.123z", "1483656432.123"), ("2017-01-05 22:47:12,5 UTC", "1483656432.5"),
    ("2017-01-05T23:47:12+01:00", "1483656432"), ("2017-01-05T17:17:12-0530", "1483656432"),
    ("2017-01-05 23:47:12 +01", "1483656432"), ("2016-02-29", "1456704000"), ("2000-02-29", "951782400"),
    ("2016-12-31T23:59:60Z", "1483228800"), ("1969-12-31T23:59:59.25Z", "-0.75"), ("1969-12-31", "-86400"),
    ("0001-01-01", "-62135596800"), ("9999-12-31", "253402214400"),
    ("2017-01-05T22:47:12.1234567891Z", "1483656432.123456789"),
  ])
  func `Dates are in UTC unless they have a zone`(text: String, expected: String) {
    #expect(Self.seconds(text) == expected)
  }

  @Test func `Days agree with Foundation's calendar`() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
    for day in stride(from: -141_000, to: 100_000, by: 97) {
      let parts = calendar.dateComponents(
        [.year, .month, .day], from: Date(timeIntervalSince1970: Double(day) * 86_400))
      let (year, month, own) = (parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
      #expect(CalendarTime.days(year: year, month: month, day: own) == day)
    }
  }

  @Test(arguments: [
    "yesterday", "05/01/2017", "2017-1-5", "2017-13-01", "2017-02-29", "2017-01-00", "0000-01-01", "2017-01-05T",
    "2017-01-05T24:00:00", "2017-01-05T22:60", "2017-01-05T22:47:61", "2017-01-05T22:47:12+1", "2017-01-05T22:47:12.",
    "2017-01-05T22:47:12+24:00", "2017-01-05 22:47:12 CET", "1483656432,5", "0x10", "1e99", "nan", "inf", "1 2", "-",
    ".", "1e", "100000000000000", "1483656432123456", "20170105",
  ])
  func `Everything else is no time`(text: String) {
    #expect(Self.seconds(text) == nil)
  }

  @Test(arguments: [
    ("5", "2017-01-05", "found '2017-01-05', in dates, but line 2 has seconds"),
    ("1483656432123", "5", "found '5', in seconds, but line 2 has milliseconds"),
    ("2017-01-05", "1483656432123", "found '1483656432123', in milliseconds, but line 2 has dates"),
  ])
  func `All times are written in one way`(first: String, second: String, message: String) throws {
    var times = ImportedTimes()
    _ = try times.seconds(first, line: 2, at: "t.csv:2")
    let error = #expect(throws: DataError.self) { try times.seconds(second, line: 9, at: "t.csv:9") }
    #expect(error?.description.hasPrefix("t.csv:9: \(message)") == true, "\(error?.description ?? "")")
  }
}
