import Foundation
import Literals
import Testing

@testable import Tuner

/// Studies on a PostgreSQL server, with the real program: the same bytes as in a file, whatever happens.
@Suite(.serialized, .enabled(if: PostgreSQLServer.isInstalled, PostgreSQLServer.absence))
struct PostgreSQLStudyTests {
  private static let grid = PostgreSQLPlace.study + ["--epochs=2"]

  /// The same, but training waits for each report, since one that reaches the target ends the study.
  private static let waitingGrid = grid + ["--target=valid.mrr@10>1"]

  /// What a study in a file has in the end.
  private static func inFile(_ study: [String]) throws -> [String] {
    try PostgreSQLPlace.reports(of: programWithFile(study), [])
  }

  private static func programWithFile(_ study: [String]) throws -> Program {
    let program = try PostgreSQLPlace.folder()
    let ending = try program.run(study)
    #expect(ending.status == 0, "\(ending.errors)")
    return program
  }

  private static let gridReports = Result { try inFile(grid) }

  @Test(arguments: [
    ["--epochs=2"], ["--epochs=1", "--repeats=1"], ["--epochs=4", "--pruner=asha"],
    ["--epochs=1", "--algo=bayes", "--max_evals=3"], ["--epochs=1", "--algo=random", "--max_evals=3"],
  ])
  func `A study has the same reports and weights as in a file, and every command works on it`(
    options: [String]
  ) throws {
    let place = try PostgreSQLPlace()
    let study = PostgreSQLPlace.study + options
    let ending = try place.run(study)
    #expect(ending.status == 0, "\(ending.errors)")
    let shown = place.uri.inShell
    #expect(ending.errors.contains("Study \(PostgreSQLPlace.name), in \(place.uri)\n"), "\(ending.errors)")
    #expect(ending.errors.contains(" --storage=\(shown) --checkpoints=states\n"), "\(ending.errors)")
    #expect(!ending.errors.contains("password"))
    let file = try Self.programWithFile(study)
    #expect(try place.reports() == PostgreSQLPlace.reports(of: file, []))
    for command in [
      ["leaderboard", "--top=0", "--repeatable=False", "--format=csv"],
      ["compare", PostgreSQLPlace.name, "1", "2", "--repeatable=False"],
      ["recommend", "--all", "--top=2", "--format=csv"], ["ensemble", "--size=2", "--format=json"],
    ] {
      let (here, there) = (try place.run(command), try file.run(command))
      #expect(here.status == there.status && here.output == there.output, "\(command): \(here)")
      #expect(here.status == 0 || command[0] == "compare", "\(command): \(here.errors)")
    }

    let verified = try place.run(["verify"])
    #expect(verified.status == 0 && verified.output.contains("  ok     schema "), "\(verified.output)")
    #expect(!verified.output.contains("WRONG") && !verified.output.contains("note"), "\(verified.output)")
    #expect(try place.run(["studies"]).output.contains("\(PostgreSQLPlace.name)  grocery  finished"))
    #expect(try place.run(["show", PostgreSQLPlace.name, "best"]).output.contains("Learning curve"))
    #expect(try place.run(["resume"]).errors == "Every study in \(place.uri) is finished\n")
    let again = try place.run(study + ["--output_file=o.result", "--display_file=c.html"])
    #expect(again.status == 0 && again.output == ending.output, "\(again.errors)")
    #expect(place.program.exists("o.result") && place.program.exists("c.html"))
  }

  @Test(arguments: [
    "schema-uncommitted", "schema-committed", "study-uncommitted", "study-committed", "claim-uncommitted",
    "claim-committed", "checkpoint-renamed", "observation-uncommitted", "observation-committed", "weights-written",
    "weights-renamed", "end-uncommitted", "end-committed", "end-cleaned",
  ])
  func `A study goes on from a crash`(fault: String) throws {
    let place = try PostgreSQLPlace()
    for fault in fault.hasPrefix("s") ? [fault] : [fault, "\(fault):2", "reclaim-uncommitted", "reclaim-committed"] {
      let ending = try place.run(
        Self.grid, environment: PostgreSQLPlace.environment.merging(["RUN_HYPER_FAULT": fault]) { $1 })
      // Without a trial that was running, none is taken over.
      #expect(ending.status == -SIGKILL || fault.hasPrefix("reclaim"), "\(fault) was not passed")
      try place.expectSound(after: fault)
    }
    let ending = try place.run(Self.grid)
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(try place.reports() == Self.gridReports.get())
    let verified = try place.run(["verify"])
    #expect(verified.status == 0 && !verified.output.contains("belongs to no trial"), "\(verified.output)")
  }

  @Test func `An interrupted study says how to resume it, and ends with the same bytes`() throws {
    let place = try PostgreSQLPlace()
    let errors = try place.program.errorFile()
    let process = try place.start(Self.waitingGrid, environment: Pausing.afterReports(3), errors: errors)
    let number = try Pausing.waitForStop(of: process)
    kill(number, SIGINT)
    Pausing.resume(number)
    process.waitUntilExit()
    #expect(Program.status(of: process) == 130)
    let text = try String(contentsOf: errors, encoding: .utf8)
    let hint = "  run-hyper resume \(PostgreSQLPlace.name) --storage=\(place.uri.inShell) --checkpoints=states\n"
    #expect(text.hasSuffix(hint), "\(text)")
    try place.expectSound(after: "the interruption")
    let resumed = try place.run(["resume", PostgreSQLPlace.name])
    #expect(resumed.status == 0 && resumed.errors.contains(" again after epoch 1"), "\(resumed.errors)")
    #expect(try place.reports() == Self.gridReports.get())
  }

  @Test func `Two processes share a study and run each configuration once`() throws {
    let place = try PostgreSQLPlace()
    let processes = try (0..<2).map { _ in try place.start(Self.grid) }
    for process in processes {
      process.waitUntilExit()
      #expect(Program.status(of: process) == 0)
    }
    #expect(try place.reports() == Self.gridReports.get())
    #expect(try place.column("SELECT count(*) FROM attempt") == ["4"])
    try place.expectSound(after: "two processes")
  }

  @Test func `A lost connection is made again`() throws {
    let place = try PostgreSQLPlace()
    let process = try place.start(Self.waitingGrid, environment: Pausing.afterReports(2, 5))
    for _ in 1...2 {
      let number = try Pausing.waitForStop(of: process)
      try place.endConnections()
      Pausing.resume(number)
    }
    process.waitUntilExit()
    #expect(Program.status(of: process) == 0)
    #expect(try place.reports() == Self.gridReports.get())
    #expect(try place.column("SELECT count(*) FROM attempt") == ["4"])
  }

  @Test func `A run whose database goes away ends with status 1, and the same command resumes it`() throws {
    let place = try PostgreSQLPlace()
    let errors = try place.program.errorFile()
    let process = try place.start(
      Self.grid, environment: Pausing.afterReports(3).merging(["RUN_HYPER_BUSY_SECONDS": "1"]) { $1 }, errors: errors)
    let number = try Pausing.waitForStop(of: process)
    try place.endConnections()
    try place.administer("ALTER DATABASE DB RENAME TO away_DB")
    Pausing.resume(number)
    process.waitUntilExit()
    #expect(Program.status(of: process) == 1)
    let text = try String(contentsOf: errors, encoding: .utf8)
    #expect(text.contains("error: \(place.uri): found database \"") && text.contains("does not exist"), "\(text)")
    #expect(text.hasSuffix("run the same command to resume\n"), "\(text)")
    try place.administer("ALTER DATABASE away_DB RENAME TO DB")
    #expect(try place.run(Self.grid).status == 0)
    #expect(try place.reports() == Self.gridReports.get())
  }

  /// What makes the tables of the next version those of a version.
  private static let downgrades = [
    6: "ALTER TABLE user_rank DROP COLUMN other_ranks",
    5: "ALTER TABLE attempt DROP COLUMN job",
    4: """
    DROP INDEX trial_rank; CREATE INDEX trial_rank ON trial (study_id, best_value);
    DROP FUNCTION tell_of_trial CASCADE;
    ALTER TABLE attempt DROP COLUMN cpu, DROP COLUMN instruction_set
    """,
  ]

  @Test(arguments: downgrades.keys.sorted())
  func `A study in earlier tables goes on after an upgrade, for which nobody may use them`(version: Int) throws {
    let place = try PostgreSQLPlace()
    let deadly = PostgreSQLPlace.environment.merging(["RUN_HYPER_FAULT": "observation-committed:3"]) { $1 }
    #expect(try place.run(Self.waitingGrid, environment: deadly).status == -SIGKILL)
    let session = try PostgreSQLSession(place.uri)
    for step in (version..<PostgreSQLSchema.version).reversed() {
      try session.script(#require(Self.downgrades[step]))
    }
    try session.script("UPDATE version SET schema = \(version)")
    try place.expectSound(after: "the downgrade")
    #expect(try place.run(["show", PostgreSQLPlace.name, "1", "--format=json"]).status == 0)
    #expect(try place.column("SELECT schema FROM version") == ["\(version)"])

    try session.script("SELECT pg_advisory_lock_shared(\(Schema.applicationID), 7)")
    for command in [Self.grid, ["resume"]] {
      let refused = try place.run(command)
      #expect(refused.status == 2)
      let finding = "found a study database of schema \(version), in use by process \(getpid()) on "
      #expect(refused.errors.contains(finding), "\(refused.errors)")
    }
    try session.script("SELECT pg_advisory_unlock_all()")
    let killed = PostgreSQLPlace.environment.merging(["RUN_HYPER_FAULT": "schema-uncommitted"]) { $1 }
    #expect(try place.run(["resume"], environment: killed).status == -SIGKILL)
    #expect(try place.column("SELECT schema FROM version") == ["\(version)"])
    let resumed = try place.run(["resume"])
    #expect(resumed.status == 0)
    #expect(resumed.errors.contains("note: upgraded \(place.uri) from schema \(version)\n"), "\(resumed.errors)")
    #expect(resumed.errors.contains(" again after epoch "), "\(resumed.errors)")
    #expect(try place.reports() == Self.gridReports.get())
    try place.expectSound(after: "the upgrade")
  }

  @Test func `Databases that share a folder of checkpoints keep apart what is theirs`() throws {
    let (first, second) = (try PostgreSQLPlace(), try PostgreSQLPlace())
    let shared = ["--storage=\(second.uri)", "--checkpoints=states"]
    #expect(try first.run(Self.grid).status == 0)
    #expect(try first.program.run(PostgreSQLPlace.study + ["--epochs=1"] + shared).status == 0)
    for options in [first.options, shared] {
      let verified = try first.program.run(["verify"] + options)
      #expect(verified.status == 0 && !verified.output.contains("note"), "\(verified.output)")
    }
    let deleted = try first.program.run(["studies", "--delete=\(PostgreSQLPlace.name)"] + shared)
    #expect(deleted.output.hasPrefix("Deleted study \(PostgreSQLPlace.name): 4 trials, the weights of trial "))
    #expect(try second.column("SELECT count(*) FROM trial") == ["0"])
    #expect(try first.reports() == Self.gridReports.get())
  }
}
