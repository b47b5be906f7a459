import Foundation
import Testing

/// Wall clocks that are set while a study runs, differ between processes, or differ between hosts.
@Suite(.serialized, .enabled(if: PreloadedLibrary.isAvailable)) struct ClockTests {
  private static let study = ["--params_file=hyper.test", "--epochs=4", "--workers=1"] + Pausing.small
  private static let environment = ["RUN_HYPER_CHECKPOINT_SECONDS": "0", "RUN_HYPER_HEARTBEAT_SECONDS": "1"]
  /// Owners elsewhere may be late on a busy machine.
  private static let patient = environment.merging(["RUN_HYPER_HEARTBEAT_SECONDS": "30"]) { $1 }
  private static let hour = 3600
  private static let year = 31_536_000

  private static func program() throws -> Program {
    let program = try Program()
    try program.write("n_layers choice [1,2]\n", to: "hyper.test")
    return program
  }

  /// Leaderboards, learning curves, ranks and weights.
  private static func everything(_ program: Program) throws -> [String] {
    let boards = try ["csv", "json"].map { try program.run(["leaderboard", "--top=0", "--format=\($0)"]).output }
    let rows = try [
      "SELECT trial_id, epoch, metric, value FROM learning_curve ORDER BY 1, 2, 3",
      "SELECT trial_id, split, metric, value FROM result ORDER BY 1, 2, 3",
      "SELECT trial_id, split, hex(ranks) FROM user_rank ORDER BY 1, 2",
      "SELECT trial_id, file, sha256 FROM weights",
    ].map { try SQLite.run($0, in: program) }
    return boards + rows
  }

  private static let reference = Result { () throws -> [String] in
    let program = try ClockTests.program()
    #expect(try program.run(study).status == 0)
    return try everything(program)
  }

  private static func expectSound(_ program: Program, sourceLocation: SourceLocation = #_sourceLocation) throws {
    for (found, expected) in zip(try everything(program), try reference.get()) {
      #expect(found == expected, sourceLocation: sourceLocation)
    }
    let verified = try program.run(["verify"])
    #expect(verified.status == 0, "\(verified.output)", sourceLocation: sourceLocation)
    let times = "SELECT count(*) FROM trial WHERE training_seconds NOT BETWEEN 0 AND 600"
    #expect(try SQLite.run(times, in: program) == "0\n", sourceLocation: sourceLocation)
  }

  /// From the right time, in seconds; the year 1970 is one too.
  @Test(arguments: [-hour, hour, year, -year, -Int(Date.now.timeIntervalSince1970)])
  func `A clock that is set in the middle of a trial and between two runs changes nothing but dates`(
    seconds: Int
  ) throws {
    let program = try Self.program()
    let clock = try WrongClock()
    let environment = Self.environment.merging(clock.environment) { $1 }
    let process = try program.start(
      Self.study, environment: environment.merging(Pausing.afterReports(1, 2)) { $1 })
    let number = try Pausing.wait(for: process, in: program)
    try clock.set(seconds)
    Pausing.resume(number)
    try SQLite.wait(until: SQLite.epochs(atLeast: 2), in: program, while: process)
    try Pausing.wait(for: process, in: program)
    process.interrupt()
    Pausing.resume(number)
    process.waitUntilExit()
    #expect(Program.status(of: process) == 130)
    // Set right again between the runs, and the other way in the second one.
    try clock.set(0)
    let second = try program.start(
      Self.study, environment: environment.merging(Pausing.afterReports(1)) { $1 })
    try Pausing.wait(for: second, in: program)
    try clock.set(seconds < 0 ? -seconds : max(-seconds, -Self.year))
    Pausing.resume(second.processIdentifier)
    second.waitUntilExit()
    #expect(Program.status(of: second) == 0)
    try Self.expectSound(program)
    // It has been the program's clock.
    let spread = "SELECT max(abs(julianday(ended_at) - julianday(started_at))) * 86400 > 3000 FROM attempt"
    #expect(try SQLite.run(spread, in: program) == "1\n")
  }

  @Test func `Two processes of one host share a study although their clocks are hours apart`() throws {
    let program = try Self.program()
    let clocks = try [WrongClock(seconds: 5 * Self.hour), WrongClock(seconds: -5 * Self.hour)]
    // Both are in the middle of a trial at the same time.
    let processes = try clocks.map { clock in
      let environment = Self.environment.merging(clock.environment) { $1 }.merging(Pausing.afterReports(1)) { $1 }
      let process = try program.start(Self.study, environment: environment)
      try Pausing.wait(for: process, in: program)
      return process
    }
    for process in processes { Pausing.resume(process.processIdentifier) }
    for process in processes {
      process.waitUntilExit()
      #expect(Program.status(of: process) == 0)
    }
    withExtendedLifetime(clocks) {}
    try Self.expectSound(program)
    #expect(try SQLite.run("SELECT group_concat(attempt) FROM trial", in: program) == "1,1\n")
  }

  @Test func `A process that waits for another one goes on when that has ended, whatever became of the clock`() throws {
    let program = try Self.program()
    try program.write("n_layers choice [1]\n", to: "hyper.test")
    let first = try program.start(Self.study, environment: Self.environment.merging(Pausing.afterReports(1)) { $1 })
    try Pausing.wait(for: first, in: program)
    // Any wait for a time of this clock would last a year.
    let clock = try WrongClock(seconds: Self.year)
    try Self.expectSecondToWait(program, clock, for: first, first.processIdentifier)
  }

  /// Another process waits for the first one, which stands still, and goes on when that has ended.
  private static func expectSecondToWait(
    _ program: Program, _ clock: WrongClock?, for first: Process, _ number: Int32
  ) throws {
    let errors = try program.errorFile()
    let second = try program.start(
      study, environment: patient.merging(clock?.environment ?? [:]) { $1 },
      errors: try FileHandle(forWritingTo: errors))
    try Program.wait(for: "waiting for 1 trial of other processes", in: errors, while: second)
    Pausing.resume(number)
    for process in [first, second] {
      process.waitUntilExit()
      #expect(Program.status(of: process) == 0)
    }
    let text = try String(contentsOf: errors, encoding: .utf8)
    #expect(!text.contains("its process died"), "\(text)")
  }

  // MARK: - Other hosts

  @Test(.enabled(if: Isolation.isAvailable), arguments: [-10 * 60, 10 * 60, year])
  func `A process that lives on another host keeps its trial, by whatever clock`(seconds: Int) throws {
    let program = try Self.program()
    let clock = try WrongClock(seconds: seconds)
    let elsewhere = try Isolation.start(
      program, Self.study,
      environment: Self.patient.merging(clock.environment) { $1 }.merging(Pausing.afterReports(1)) { $1 })
    let number = try Pausing.wait(for: elsewhere, isolated: true, in: program)
    try Self.expectSecondToWait(program, nil, for: elsewhere, number)
    try Self.expectSound(program)
    #expect(try SQLite.run("SELECT group_concat(attempt) FROM trial", in: program) == "1,1\n")
  }

  @Test(.enabled(if: Isolation.isAvailable), arguments: [-10 * 60, year])
  func `A process that died on another host is missed, by whatever clock`(seconds: Int) throws {
    let program = try Self.program()
    let clock = try WrongClock(seconds: seconds)
    let elsewhere = try Isolation.start(
      program, Self.study,
      environment: Self.environment.merging(clock.environment) { $1 }.merging(Pausing.deathAfterReport(2)) { $1 })
    elsewhere.waitUntilExit()
    #expect(Program.status(of: elsewhere) == 128 + SIGKILL)
    let noted = try program.run(["verify"])
    #expect(noted.status == 0 && noted.output.contains("which may have died"), "\(noted.output)")
    let here = try program.run(Self.study, environment: Self.environment)
    #expect(here.status == 0 && here.errors.contains("its process died"), "\(here.errors)")
    try Self.expectSound(program)
  }
}
