import Foundation
import Testing

@testable import Tuner

/// A process that dies at a named place leaves a study that is sound and goes on to the bytes of an undisturbed one.
@Suite(.serialized) struct FaultTests {
  /// A study that passes some of the places.
  private struct Scenario {
    let parameters: String
    let arguments: [String]

    /// What gives the bytes that do not depend on the order of things.
    let conclusion: [String]

    /// Least time between two checkpoints of a trial.
    var checkpointSeconds = "0"

    func program() throws -> Program {
      let program = try Program()
      try program.write(parameters, to: "hyper.test")
      return program
    }

    func run(_ program: Program, fault: String? = nil, concluding: Bool = false) throws -> Program.Ending {
      var environment = ["RUN_HYPER_CHECKPOINT_SECONDS": checkpointSeconds]
      environment["RUN_HYPER_FAULT"] = fault
      return try program.run(
        ["--params_file=hyper.test", "--workers=1"] + FaultTests.small + (concluding ? conclusion : arguments),
        environment: environment)
    }

    func undisturbed() throws -> [String] {
      let program = try program()
      #expect(try run(program, concluding: true).status == 0)
      return try FaultTests.everything(program)
    }
  }

  /// A network that trains fast; where a process dies does not depend on it.
  private static let small = ["--hidden_size=16", "--inner_size=16"]

  private static let grid = Scenario(
    parameters: "learning_rate choice [0.01,0.001]\nn_layers choice [1,2]\n", arguments: ["--epochs=3"],
    conclusion: ["--epochs=3"])
  private static let pruned = Scenario(
    parameters: "learning_rate choice [0.01,0.001]\nn_layers choice [1,2]\n",
    arguments: ["--epochs=4", "--pruner=asha"], conclusion: ["--epochs=4"])
  private static let repeated = Scenario(
    parameters: "n_layers choice [1,2]\n", arguments: ["--epochs=2", "--repeats=2"],
    conclusion: ["--epochs=2", "--repeats=2"])

  private static let gridBytes = Result { try grid.undisturbed() }
  private static let prunedBytes = Result { try pruned.undisturbed() }
  private static let repeatedBytes = Result { try repeated.undisturbed() }

  /// Leaderboards, learning curves and ranks.
  private static func everything(_ program: Program) throws -> [String] {
    let boards = try ["csv", "json"].map { try program.run(["leaderboard", "--top=0", "--format=\($0)"]).output }
    let rows = try [
      "SELECT trial_id, epoch, metric, value FROM learning_curve ORDER BY 1, 2, 3",
      "SELECT trial_id, split, hex(ranks) FROM user_rank ORDER BY 1, 2",
      "SELECT trial_id, file, sha256 FROM weights",
    ].map { try SQLite.run($0, in: program) }
    return boards + rows
  }

  /// Runs into the faults one after another, then to the end.
  private static func check(_ scenario: Scenario, _ faults: [String], _ bytes: Result<[String], any Error>) throws {
    let program = try scenario.program()
    for fault in faults {
      #expect(try scenario.run(program, fault: fault).status == -SIGKILL, "\(fault) was not passed")
      try expectSound(program, after: fault)
    }
    let ending = try scenario.run(program)
    #expect(ending.status == 0, "\(ending.errors)")
    try expectSound(program, after: "the end")
    if scenario.arguments != scenario.conclusion {
      #expect(try scenario.run(program, concluding: true).status == 0)
      try expectSound(program, after: "the conclusion")
    }
    #expect(try everything(program) == bytes.get())
    // The next run removes what a crash left.
    #expect(try !program.run(["verify"]).output.contains("belongs to no trial"))
  }

  private static func expectSound(_ program: Program, after event: String) throws {
    let ending = try program.run(["verify"])
    let hasStudy = program.exists("studies/studies.sqlite") && !ending.errors.contains("without tables")
    if hasStudy { #expect(ending.status == 0, "after \(event): \(ending.output)\(ending.errors)") }
  }

  @Test(arguments: FaultPoint.allCases)
  func `A study goes on from a crash at any named place`(point: FaultPoint) throws {
    let name = point.rawValue
    switch point {
    case .reclaimUncommitted, .reclaimCommitted:
      try Self.check(Self.grid, ["claim-committed:2", name], Self.gridBytes)
    case .stopCommitted, .leaveUncommitted, .leaveCommitted:
      try Self.check(Self.pruned, [name, "\(name):2"], Self.prunedBytes)
      // Without a checkpoint the trial comes to its rung a second time, and has to stop there again.
      var forgetful = Self.pruned
      forgetful.checkpointSeconds = "3600"
      try Self.check(forgetful, [name], Self.prunedBytes)
    case .repeatsUncommitted, .repeatsCommitted: try Self.check(Self.repeated, [name], Self.repeatedBytes)
    case .schemaUncommitted, .schemaCommitted, .studyUncommitted, .studyCommitted:
      try Self.check(Self.grid, [name], Self.gridBytes)
    case .claimUncommitted, .claimCommitted, .checkpointUnwritten, .checkpointWritten, .checkpointRenamed,
      .observationUncommitted, .observationCommitted, .weightsUnwritten, .weightsWritten, .weightsRenamed,
      .endUncommitted, .endCommitted, .endCleaned:
      try Self.check(Self.grid, [name, "\(name):2"], Self.gridBytes)
      try Self.check(Self.pruned, [name], Self.prunedBytes)
    case .copyUncommitted, .copyCommitted: try Self.checkCopy(name)
    }
  }

  /// A copy of an interrupted study dies; the same command makes it, or finds it there, and it ends as the study would.
  private static func checkCopy(_ fault: String) throws {
    let program = try grid.program()
    #expect(try grid.run(program, fault: "observation-committed:4").status == -SIGKILL)
    let copy = ["studies", "--copy=bert4rec-grocery-hyper", "--to=copy.sqlite"]
    #expect(try program.run(copy, environment: ["RUN_HYPER_FAULT": fault]).status == -SIGKILL)
    let isThere = fault == "copy-committed"
    #expect(try program.run(["studies", "--storage=copy.sqlite"]).output.contains("bert4rec-grocery-hyper") == isThere)
    let verified = try program.run(["verify", "--storage=copy.sqlite"])
    #expect(verified.status == 0, "\(verified.output)")
    #expect(verified.output.contains("belongs to no trial; the next run of a study removes it") == !isThere)
    #expect(try program.run(copy).status == (isThere ? 2 : 0))
    #expect(try program.run(["resume", "--storage=copy.sqlite", "--workers=1"]).status == 0)
    // The bytes are those of the program's own database.
    try FileManager.default.removeItem(at: program.folder.appendingPathComponent("studies"))
    try FileManager.default.createDirectory(
      at: program.folder.appendingPathComponent("studies"), withIntermediateDirectories: true)
    for suffix in ["", ".weights"] {
      try FileManager.default.moveItem(
        at: program.folder.appendingPathComponent("copy.sqlite\(suffix)"),
        to: program.folder.appendingPathComponent("studies/studies.sqlite\(suffix)"))
    }
    try expectSound(program, after: "the copy's end")
    #expect(try everything(program) == gridBytes.get())
    #expect(try !program.run(["verify"]).output.contains("belongs to no trial"))
  }

  @Test(arguments: [1, 2, 4], ["schema-uncommitted", "schema-committed"])
  func `A crash while an old database is brought up to date leaves the old one or the new one`(
    version: Int, fault: String
  ) throws {
    let program = try Self.grid.program()
    #expect(try Self.grid.run(program).status == 0)
    let whole = try Self.everything(program)
    try SQLite.downgrade(program, to: version)
    #expect(try Self.grid.run(program, fault: fault).status == -SIGKILL)
    let number = try SQLite.run("PRAGMA user_version", in: program)
    #expect(number == (fault == "schema-committed" ? "\(Schema.version)\n" : "\(version)\n"))
    try Self.expectSound(program, after: fault)
    #expect(try Self.grid.run(program).status == 0)
    try Self.expectSound(program, after: "the end")
    #expect(try Self.everything(program) == whole)
  }

  @Test func `A place that there is none of is refused before anything is started`() throws {
    let program = try Self.grid.program()
    for text in ["claim", "claim-committed:0", "claim-committed:x", ""] {
      let ending = try Self.grid.run(program, fault: text)
      #expect(ending.status == 2)
      #expect(
        ending.errors.contains("RUN_HYPER_FAULT: found '\(text)'; expected NAME or NAME:COUNT"), "\(ending.errors)")
      let paused = try program.run(["--params_file=hyper.test"], environment: ["RUN_HYPER_PAUSE": text])
      #expect(paused.status == 2)
      #expect(
        paused.errors.contains("RUN_HYPER_PAUSE: found '\(text)'; expected NAME or NAME:COUNT"), "\(paused.errors)")
    }
    #expect(!program.exists("studies"))
  }
}
