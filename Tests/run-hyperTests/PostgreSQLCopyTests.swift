import Foundation
import Literals
import Testing

/// Studies that move to a server and back, with the real program: the same bytes everywhere, whatever happens.
@Suite(.serialized, .enabled(if: PostgreSQLServer.isInstalled, PostgreSQLServer.absence))
struct PostgreSQLCopyTests {
  private static let name = PostgreSQLPlace.name

  /// All that reports say of a study.
  private static func reports(_ program: Program, _ options: [String]) throws -> [String] {
    var commands = ["table", "json", "csv", "markdown"].map { ["leaderboard", name, "--top=0", "--format=\($0)"] }
    for format in ["table", "json"] {
      commands += [["studies", "--format=\(format)"], ["compare", name, "1", "2", "--format=\(format)"]]
      commands += [["importance", name, "--format=\(format)"]]
      commands += (["best"] + (1...4).map(String.init)).map { ["show", name, $0, "--format=\(format)"] }
    }
    commands.append(["leaderboard", name, "--sort=ndcg@3", "--where=n_layers=1"])
    return try commands.map { command in
      let ending = try program.run(command + options)
      // Some have no answer before the end.
      #expect([0, 2].contains(ending.status), "\(command): \(ending.errors)")
      return "\(command) \(ending.status) \(ending.output)\(ending.errors)"
    }
  }

  /// Those that do not say how long something took, which differs between two runs.
  private static func reportsWithoutTimes(_ program: Program, _ options: [String]) throws -> [String] {
    try reports(program, options).filter { !$0.hasPrefix("[\"show") }
  }

  private static func expectSound(_ program: Program, _ options: [String]) throws {
    let verified = try program.run(["verify"] + options)
    #expect(verified.status == 0 && !verified.output.contains("WRONG"), "\(verified.output)\(verified.errors)")
    #expect(!verified.output.contains("belongs to no trial"), "\(verified.output)")
  }

  private static func page(_ program: Program, _ options: [String]) throws -> Data {
    let file = program.folder.appendingPathComponent("page-\(UUID().uuidString)")
    let ending = try program.run(["resume", name, "--display_file=\(file.path)", "--workers=1"] + options)
    #expect(ending.status == 0, "\(ending.errors)")
    return try Data(contentsOf: file)
  }

  @Test(arguments: [
    (["--epochs=4", "--pruner=asha"], 5), (["--epochs=1", "--repeats=1"], 5),
    (["--epochs=2", "--algo=bayes", "--max_evals=4"], 5),
  ])
  func `A study moves to a server and back, says the same, and ends in the same bytes`(
    options: [String], reports: Int
  ) throws {
    let place = try PostgreSQLPlace()
    let program = place.program
    let study = PostgreSQLPlace.study + options
    let killed = try program.run(
      study, environment: PostgreSQLPlace.environment.merging(Pausing.deathAfterReport(reports)) { $1 })
    #expect(killed.status == -SIGKILL)
    let (folder, tables) = (place.options, ["--storage=\(try PostgreSQLPlace().uri)"])
    let back = ["--storage=back.sqlite"]
    for (source, target) in [([], folder), (folder, tables), (tables, back)] {
      let to = target.map { $0.replacing("--storage", with: "--to").replacing("--check", with: "--to_check") }
      let ending = try program.run(["studies", "--copy=\(Self.name)"] + source + to)
      #expect(ending.status == 0 && ending.output.hasPrefix("Copied study \(Self.name) to "), "\(ending.errors)")
      #expect(ending.errors.contains("  run-hyper resume \(Self.name) --storage="), "\(ending.errors)")
    }
    for databases in [folder, tables, back] {
      try Self.expectSound(program, databases)
      for (here, there) in zip(try Self.reports(program, []), try Self.reports(program, databases)) {
        #expect(here == there)
      }
    }
    for databases in [[], folder, tables, back] {
      let ending = try program.run(["resume", Self.name, "--workers=1"] + databases)
      #expect(ending.status == 0 && ending.errors.contains(" again after epoch "), "\(ending.errors)")
    }
    let ended = try Self.reportsWithoutTimes(program, [])
    for databases in [folder, tables, back] {
      try Self.expectSound(program, databases)
      #expect(try Self.reportsWithoutTimes(program, databases) == ended)
    }
    // A finished study as well, with its page.
    let last = try program.run(["studies", "--copy=\(Self.name)", "--to=last.sqlite"] + folder)
    #expect(last.status == 0, "\(last.errors)")
    #expect(try Self.reports(program, ["--storage=last.sqlite"]) == Self.reports(program, folder))
    #expect(try Self.page(program, ["--storage=last.sqlite"]) == Self.page(program, folder))
  }

  @Test func `A copy that is killed, or whose server goes away, leaves no study, and is made again`() throws {
    let place = try PostgreSQLPlace()
    let study = PostgreSQLPlace.study + ["--epochs=2"]
    let environment = PostgreSQLPlace.environment.merging(Pausing.deathAfterReport(3)) { $1 }
    #expect(try place.program.run(study, environment: environment).status == -SIGKILL)
    let to = ["--to=\(place.uri)", "--to_checkpoints=states"]
    let copy = ["studies", "--copy=\(Self.name)"] + to
    for fault in ["checkpoint-written", "checkpoint-renamed", "weights-renamed", "copy-uncommitted"] {
      #expect(try place.program.run(copy, environment: ["RUN_HYPER_FAULT": fault]).status == -SIGKILL, "\(fault)")
      #expect(try place.column("SELECT count(*) FROM study") == ["0"])
      try place.expectSound(after: fault)
    }
    // A connection that is lost at the end.
    let errors = try place.program.errorFile()
    func pause(_ busy: String) throws -> (process: Process, number: Int32) {
      let process = try place.program.start(
        copy, environment: ["RUN_HYPER_PAUSE": "copy-uncommitted", "RUN_HYPER_BUSY_SECONDS": busy],
        errors: try FileHandle(forWritingTo: errors))
      return (process, try Pausing.waitForStop(of: process))
    }
    let lost = try pause("1")
    try place.endConnections()
    try place.administer("ALTER DATABASE DB RENAME TO away_DB")
    Pausing.resume(lost.number)
    lost.process.waitUntilExit()
    #expect(Program.status(of: lost.process) == 1)
    let text = try String(contentsOf: errors, encoding: .utf8)
    #expect(text.contains("error: \(place.uri): found ") && !text.contains("resume"), "\(text)")
    try place.administer("ALTER DATABASE away_DB RENAME TO DB")
    #expect(try place.column("SELECT count(*) FROM study") == ["0"])
    let mended = try pause("60")
    try place.endConnections()
    Pausing.resume(mended.number)
    mended.process.waitUntilExit()
    #expect(Program.status(of: mended.process) == 0)
    #expect(try place.column("SELECT count(*) FROM study") == ["1"])
    #expect(try Self.reports(place.program, place.options) == Self.reports(place.program, []))
    // What the attempts before left is removed by a run.
    #expect(try place.run(["resume", Self.name, "--workers=1"]).status == 0)
    try Self.expectSound(place.program, place.options)
    #expect(try place.program.run(["resume", "--workers=1"]).status == 0)
    #expect(
      try Self.reportsWithoutTimes(place.program, place.options) == Self.reportsWithoutTimes(place.program, []))
  }

  @Test func `A study that runs on a server is not copied`() throws {
    let place = try PostgreSQLPlace()
    let process = try place.start(PostgreSQLPlace.study + ["--epochs=2"], environment: Pausing.afterReports(3))
    let number = try Pausing.waitForStop(of: process)
    let refused = try place.run(["studies", "--copy=\(Self.name)", "--to=b.sqlite"])
    #expect(refused.status == 2 && !place.program.exists("b.sqlite"))
    // Which trial runs by then depends on how far training was ahead of the reports.
    let message = "error: \(place.uri): found a running study, '\(Self.name)': trial "
    #expect(refused.errors.hasPrefix(message) && refused.errors.contains(" in process \(number) on "))
    #expect(refused.errors.hasSuffix("; expected a stopped study\n"))
    kill(number, SIGINT)
    Pausing.resume(number)
    process.waitUntilExit()
    #expect(try place.run(["studies", "--copy=\(Self.name)", "--to=b.sqlite"]).status == 0)
  }

  @Test func `The page on clusters moves a study to a server and back`() throws {
    let place = try PostgreSQLPlace()
    #expect(try place.program.run(PostgreSQLPlace.study + ["--epochs=1"]).status == 0)
    let commands = try DocumentTests.commands(in: "docs/clusters.md")
      .drop { !$0.contains { $0.hasPrefix("--copy") } }
      .map { $0.map { $0.replacing("postgresql://me@db.example.org/tuning", with: place.uri) } }
    #expect(commands.count == 4)
    for command in commands {
      let ending = try place.program.run(command)
      #expect(ending.status == 0, "\(command): \(ending.errors)")
    }
    #expect(try Self.reports(place.program, ["--storage=finished.sqlite"]) == Self.reports(place.program, []))
  }

  @Test func `A password of either database is in no output and no table`() throws {
    let (source, target) = (try PostgreSQLPlace(user: "guarded:secret"), try PostgreSQLPlace(user: "guarded:secret"))
    #expect(try source.run(PostgreSQLPlace.study + ["--epochs=1"]).status == 0)
    let copy = ["studies", "--copy=\(Self.name)", "--to=\(target.uri)", "--to_checkpoints=other"]
    let endings = try [copy, copy, copy + ["--format=json"], ["studies", "--copy=x", "--to=\(target.uri)"]].map {
      try source.run($0)
    }
    #expect(endings.map(\.status) == [0, 2, 2, 2])
    let notes = ["--storage", "--to"].map { "note: \($0) has a password, which other users can see" }
    #expect(notes.allSatisfy(endings[0].errors.contains), "\(endings[0].errors)")
    #expect(endings[1].errors.contains("--storage='postgresql://guarded@/"), "\(endings[1].errors)")
    for ending in endings { #expect(!ending.output.contains("secret") && !ending.errors.contains("secret")) }
    for table in try target.column("SELECT table_name FROM information_schema.tables WHERE table_schema = 'run_hyper'")
    {
      let rows = try target.column("SELECT CAST(row AS text) FROM run_hyper.\(table) AS row")
      #expect(rows.allSatisfy { !$0.contains("secret") && !$0.contains("736563726574") }, "\(table)")
    }
    for arguments in [["--to=\(target.uri)", "--to=\(target.uri)2"], ["--copy=\(target.uri)", "--to=a"]] {
      let ending = try source.run(["studies", "--copy=a"] + arguments)
      #expect(ending.status == 2 && !ending.errors.contains("secret"), "\(ending.errors)")
    }
  }
}
