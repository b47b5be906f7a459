import Testing

@testable import run_hyper

/// Times and sizes of jobs, as they are typed and as Slurm reads them.
@Suite struct JobTimeTests {
  @Test(arguments: [
    ("5m", 5, "0-00:05:00", "5m"), ("4h", 240, "0-04:00:00", "4h"), ("1h30m", 90, "0-01:30:00", "1h30m"),
    ("90s", 2, "0-00:02:00", "2m"), ("2d", 2880, "2-00:00:00", "2d"), ("1-12", 2160, "1-12:00:00", "1d12h"),
    ("1-02:03", 1563, "1-02:03:00", "1d2h3m"), ("1-02:03:01", 1564, "1-02:04:00", "1d2h4m"),
    ("04:00:00", 240, "0-04:00:00", "4h"), ("0:00:20", 1, "0-00:01:00", "1m"),
  ])
  func `A time is read in both ways of writing it`(text: String, minutes: Int, slurm: String, words: String) throws {
    let time = try JobTime(parsing: text)
    #expect(time.minutes == minutes)
    #expect(time.slurmText == slurm)
    #expect(time.description == words)
    #expect(try JobTime(parsing: slurm) == time)
  }

  @Test(arguments: [
    (
      "90",
      "--time: found '90', which Slurm reads as minutes and --timeout as seconds; expected a unit: 90m, 90s or 90h"
    ),
    (
      "4:00",
      "--time: found '4:00', which Slurm reads as minutes and seconds and others as hours and minutes; "
        + "expected 4m00s or 4h00m"
    ),
    ("0m", "--time: found '0m'; expected a time greater than 0 and at most 365d"),
    ("0-00:00:00", "--time: found '0-00:00:00'; expected a time greater than 0 and at most 365 days"),
    ("400-0", "--time: found '400-0'; expected a time greater than 0 and at most 365 days"),
    ("soon", "--time: found 'soon'; expected a time such as 2h, 90m or 1h30m"),
    ("", "--time: found ''; expected a time such as 2h, 90m or 1h30m"),
  ])
  func `A time that is none, or could be two, is refused`(text: String, message: String) {
    #expect(throws: CommandError.input(message)) { try JobTime(parsing: text) }
  }

  @Test(arguments: [(nil, 120), ("1m", 15), ("2m", 30), ("6m", 90), ("8m", 120), ("4h", 120)])
  func `The warning comes earlier before a longer limit`(limit: String?, seconds: Int) throws {
    #expect(try JobTime.warning(for: limit.map { try JobTime(parsing: $0) }) == seconds)
  }

  @Test(arguments: [
    ("500M", 500, "500M"), ("16G", 16_384, "16384M"), ("1.5g", 1536, "1536M"), ("1T", 1_048_576, "1048576M"),
    ("2GB", 2048, "2048M"), ("2GiB", 2048, "2048M"), ("0", 0, "0"),
  ])
  func `A size is read`(text: String, megabytes: Int, slurm: String) throws {
    let size = try MemorySize(parsing: text)
    #expect(size.megabytes == megabytes)
    #expect(size.slurmText == slurm)
  }

  @Test(arguments: [
    ("16", "--memory: found '16', which Slurm reads as megabytes; expected a unit: 16M or 16G"),
    ("much", "--memory: found 'much'; expected a size such as 500M or 16G, or 0 for all memory of a node"),
    ("0.1M", "--memory: found '0.1M'; expected a size from 1M to 900T"),
    ("-1G", "--memory: found '-1G'; expected a size such as 500M or 16G, or 0 for all memory of a node"),
  ])
  func `A size without a unit is refused`(text: String, message: String) {
    #expect(throws: CommandError.input(message)) { try MemorySize(parsing: text) }
  }
}
