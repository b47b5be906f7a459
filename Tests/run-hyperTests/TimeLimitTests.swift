import Testing
import run_hyper

@Suite struct TimeLimitTests {
  @Test(arguments: [
    ("2h", 7200, "2h"), ("90m", 5400, "1h30m"), ("45s", 45, "45s"), ("1h30m", 5400, "1h30m"), ("1.5h", 5400, "1h30m"),
    ("1d", 86_400, "1d"), ("1d2h3m4s", 93_784, "1d2h3m4s"), ("600", 600, "10m"), ("0.5", 0.5, "0.5s"),
    ("1m0.25s", 60.25, "1m0.25s"), ("365d", 31_536_000, "365d"), ("1d30s", 86_430, "1d30s"),
  ])
  func `A time has units, the largest first, or is a number of seconds`(
    text: String, seconds: Double, description: String
  ) throws {
    let limit = try TimeLimit(parsing: text)
    #expect(limit.duration == .seconds(seconds))
    #expect(limit.description == description)
    #expect(try TimeLimit(parsing: limit.description) == limit)
  }

  @Test(arguments: [
    "2hours", "", "h", "2 h", "1h30", "30m1h", "1h1h", "1.5h30m", "-1h", "+1h", "1e3", ".5h", "1.h", "2H", "0x10", "٣h",
    "1h,", "inf", "nan",
  ])
  func `What is no time is an error that shows one`(text: String) {
    #expect(
      throws: CommandError.input("--timeout: found '\(text)'; expected a time such as 2h, 90m or 1h30m")
    ) { try TimeLimit(parsing: text) }
  }

  @Test(arguments: ["0", "0s", "0h0m", "366d", "365d1s", "99999999999999999999d", "8761h"])
  func `A time is above nothing and at most a year`(text: String) {
    #expect(throws: CommandError.input("--timeout: found '\(text)'; expected a time greater than 0 and at most 365d")) {
      try TimeLimit(parsing: text)
    }
  }

  @Test func `The message names the option`() {
    #expect(throws: CommandError.input("--grace: found 'x'; expected a time such as 2h, 90m or 1h30m")) {
      try TimeLimit(parsing: "x", option: "--grace")
    }
  }
}
