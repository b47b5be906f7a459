import Foundation
import Testing

/// A database that is deleted, moved or replaced while the program runs: status 1, what happened, and nothing lost that could be kept.
@Suite(.serialized) struct MisplacedDatabaseTests {
  private static let study = ["--params_file=hyper.test", "--epochs=3", "--workers=1"] + Pausing.small
  private static let environment = ["RUN_HYPER_CHECKPOINT_SECONDS": "0"]
  private static let storage = "studies/studies.sqlite"
  private static let manager = FileManager.default

  private static func program() throws -> Program {
    let program = try Program()
    try program.write("learning_rate choice [0.01,0.001]\nn_layers choice [1,2]\n", to: "hyper.test")
    return program
  }

  private static func board(_ program: Program, storage: String = storage) throws -> String {
    let ending = try program.run(["leaderboard", "--top=0", "--format=json", "--storage=\(storage)"])
    #expect(ending.status == 0, "\(ending.errors)")
    return ending.output
  }

  private static let whole = Result { () throws -> String in
    let program = try MisplacedDatabaseTests.program()
    #expect(try program.run(study).status == 0)
    return try board(program)
  }

  /// Runs a study, does something to its files in the second trial of each process, and returns what the processes say.
  private static func run(
    _ program: Program, processes count: Int = 1, environment: [String: String] = [:], _ event: (String) throws -> Void
  ) throws -> [String] {
    let errors = try (0..<count).map { _ in try program.errorFile() }
    let all = Self.environment.merging(Pausing.afterReports(4)) { $1 }.merging(environment) { $1 }
    let processes = try errors.map {
      try program.start(study, environment: all, errors: try FileHandle(forWritingTo: $0))
    }
    for process in processes { try Pausing.wait(for: process, in: program) }
    try event(program.folder.appendingPathComponent(storage).path)
    for process in processes { Pausing.resume(process.processIdentifier) }
    return try zip(processes, errors).map { process, file in
      process.waitUntilExit()
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(Program.status(of: process) == 1, "\(text)")
      return text
    }
  }

  /// The same command continues with what had ended, and ends with the bytes of an undisturbed study.
  private static func expectEnd(_ program: Program, storage: String = storage) throws {
    let ended = try SQLite.run(
      "SELECT count(*) FROM trial WHERE state = 'completed'", on: program.folder.appendingPathComponent(storage))
    #expect(ended != "0\n")
    let ending = try program.run(study + ["--storage=\(storage)"], environment: environment)
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(ending.errors.contains("so far    \(ended.dropLast()) of 4 trials finished"), "\(ending.errors)")
    #expect(try board(program, storage: storage) == whole.get())
    let verified = try program.run(["verify", "--storage=\(storage)"])
    #expect(verified.status == 0, "\(verified.output)")
  }

  private static let deleted =
    "error: \(storage): found no file: it was deleted during the run; expected the database to stay there until the run ends\n"
    + "A copy with all results was written there. Run the same command to resume.\n"

  @Test(arguments: [[""], ["", "-wal", "-shm"]])
  func `A study whose database is deleted ends with status 1, and the same command continues it`(suffixes: [String])
    throws
  {
    let program = try Self.program()
    let errors = try Self.run(program) { path in
      for suffix in suffixes { try Self.manager.removeItem(atPath: path + suffix) }
    }
    #expect(errors[0].hasSuffix(Self.deleted), "\(errors)")
    try Self.expectEnd(program)
  }

  @Test(.enabled(if: PreloadedLibrary.isAvailable))
  func `Without a log, too, a deleted database is put back`() throws {
    let program = try Self.program()
    let disk = try FaultyDisk()
    let errors = try Self.run(program, environment: disk.environment(failing: .map, of: "/studies/", with: ENODEV)) {
      try Self.manager.removeItem(atPath: $0)
    }
    #expect(errors[0].hasSuffix(Self.deleted), "\(errors)")
    try Self.expectEnd(program)
  }

  @Test func `Two processes whose database is deleted put one copy back`() throws {
    let program = try Self.program()
    let errors = try Self.run(program, processes: 2) { try Self.manager.removeItem(atPath: $0) }
    for text in errors { #expect(text.hasSuffix(Self.deleted), "\(errors)") }
    let files = try Self.manager.contentsOfDirectory(atPath: program.folder.appendingPathComponent("studies").path)
    #expect(!files.contains { $0.contains(".copy-") })
    try Self.expectEnd(program)
  }

  @Test func `A study whose database is moved says where it is, and goes on there`() throws {
    let program = try Self.program()
    let errors = try Self.run(program) { path in
      try Self.manager.moveItem(atPath: path, toPath: program.folder.appendingPathComponent("moved.sqlite").path)
    }
    #expect(errors[0].contains("error: \(Self.storage): found no file: it was moved to /"), "\(errors)")
    #expect(errors[0].contains("/moved.sqlite during the run"), "\(errors)")
    #expect(errors[0].contains("first move \(Self.storage).checkpoints to /"), "\(errors)")
    #expect(errors[0].contains("/moved.sqlite.checkpoints and \(Self.storage).weights to /"), "\(errors)")
    for suffix in ["", "-wal", "-shm"] { #expect(!program.exists(Self.storage + suffix)) }
    for place in [".checkpoints", ".weights"] {
      let paths = [Self.storage + place, "moved.sqlite" + place].map { program.folder.appendingPathComponent($0).path }
      try Self.manager.moveItem(atPath: paths[0], toPath: paths[1])
    }
    try Self.expectEnd(program, storage: "moved.sqlite")
  }

  @Test(arguments: [("checkpoint-written", ".checkpoints"), ("weights-written", ".weights")])
  func `A state that was being saved as the database was moved does not stay at the old path`(
    point: String, suffix: String
  ) throws {
    let program = try Self.program()
    let errors = try Self.run(program, environment: ["RUN_HYPER_PAUSE": point]) { path in
      try Self.manager.moveItem(atPath: path, toPath: program.folder.appendingPathComponent("moved.sqlite").path)
    }
    #expect(errors[0].contains("/moved.sqlite during the run"), "\(errors)")
    #expect(!errors[0].contains("\(Self.storage)\(suffix)"), "\(errors)")
    #expect(!program.exists(Self.storage + suffix))
  }

  @Test func `A study whose database is replaced by an older copy says so and leaves that as it is`() throws {
    let program = try Self.program()
    let copy = program.folder.appendingPathComponent("copy.sqlite")
    let errors = try Self.run(program) { path in
      try SQLite.run("VACUUM INTO '\(copy.path)'", on: URL(fileURLWithPath: path))
      try SQLite.run("DELETE FROM study", on: copy)
      let status = unsafe rename(copy.path, path)
      #expect(status == 0)
    }
    #expect(
      errors[0].hasSuffix(
        """
        error: \(Self.storage): found another file: it was replaced during the run; expected the database to stay there until the run ends
        The new file was not touched. Results of this run that are not in the new file are lost.

        """), "\(errors)")
    #expect(try SQLite.run("PRAGMA integrity_check; SELECT count(*) FROM study", in: program) == "ok\n0\n")
  }
}
