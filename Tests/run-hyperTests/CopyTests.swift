import Foundation
import Testing

/// Copying studies between files with the real program, and what is refused.
@Suite(.serialized) struct CopyTests {
  private static let name = "bert4rec-grocery-hyper"
  private static let grid = PostgreSQLPlace.study + ["--epochs=2"]
  private static let copy = ["studies", "--copy=\(name)", "--to=b.sqlite"]

  /// A folder with a study that was killed in its second trial.
  private static func program() throws -> Program {
    let program = try PostgreSQLPlace.folder()
    let environment = PostgreSQLPlace.environment.merging(Pausing.deathAfterReport(3)) { $1 }
    #expect(try program.run(grid, environment: environment).status == -SIGKILL)
    return program
  }

  @Test func `A copy is announced with commands that work, and as JSON`() throws {
    let program = try Self.program()
    let ending = try program.run(Self.copy)
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(ending.output == "Copied study \(Self.name) to b.sqlite: 4 trials, 1 checkpoint, the weights of trial 1\n")
    let commands = ending.errors.split(separator: "\n").filter { $0.hasPrefix("  run-hyper ") }
    #expect(commands.count == 4 && commands.last == "  run-hyper studies --delete=\(Self.name)", "\(ending.errors)")
    for command in commands {
      let words = command.split(separator: " ").dropFirst().map(String.init)
      #expect(try program.run(words).status == 0, "\(command)")
    }
    #expect(try program.run(["studies"]).output.split(separator: "\n").count == 1)
    // Back again, into a database without studies.
    let json = try program.run(
      ["studies", "--copy=\(Self.name)", "--storage=b.sqlite", "--to=studies/studies.sqlite", "--format=json"])
    let answer = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(answer["copied"] as? String == Self.name && answer["to"] as? String == "studies/studies.sqlite")
    #expect(answer["trials"] as? Int == 4 && answer["checkpoints"] as? Int == 0)
    #expect(answer["weights_of_trial"] is Int)
    #expect(json.errors.contains("  run-hyper resume \(Self.name)\n"), "\(json.errors)")
    #expect(try program.run(["verify"]).status == 0)
  }

  @Test(arguments: [
    (["--copy=a"], "--copy: found no --to; expected --to=DATABASE, a file or postgresql://USER@HOST/DATABASE"),
    (["--copy=a", "--to=None"], "--copy: found no --to"),
    (["--to=a"], "--to: found no --copy; expected --copy=NAME, the study to copy"),
    (["--to_checkpoints=a"], "--to_checkpoints: found no --to; expected --to=postgresql://USER@HOST/DATABASE"),
    (["--copy=a", "--to=b", "--delete=a"], "--copy: found --delete beside it; expected one of them"),
    (["--copy=a", "--to=sqlite:///b"], "--to: found the URL 'sqlite:///b'; expected the path of a file: 'b'"),
    (
      ["--copy=a", "--to=mysql://me:secret@h/b"],
      "--to: found a URL that begins with 'mysql://'; expected the path of a file"
    ),
    (
      ["--copy=a", "--to=b", "--to_checkpoints=c"],
      "--to_checkpoints: found a folder, but --to is a file, which has its checkpoints beside it; expected "
        + "--to=postgresql://USER@HOST/DATABASE, or no --to_checkpoints"
    ),
    (["--copy=a", "--to=b", "--checkpoints=c"], "--checkpoints: found a folder, but --storage is a file"),
    (["--copy=a", "--to=postgresql://h:x/b"], "postgresql://…: found a port that is not a number"),
  ])
  func `Options that do not belong together are refused`(options: [String], message: String) throws {
    let program = try Program()
    let ending = try program.run(["studies"] + options)
    #expect(ending.status == 2 && ending.output.isEmpty)
    #expect(ending.errors.hasPrefix("error: \(message)"), "\(ending.errors)")
    #expect(!ending.errors.contains("secret"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: program.folder.path).isEmpty)
  }

  @Test func `A study that cannot be copied, or a target that cannot get it, is refused with a remedy`() throws {
    let program = try Self.program()
    try program.write("text", to: "text")
    try program.write("", to: "folder/file")
    #expect(try program.run(Self.copy).status == 0)
    let file = program.folder.appendingPathComponent("studies/studies.sqlite")
    let before = try Data(contentsOf: file)
    for (options, message) in [
      (
        ["--copy=\(Self.name)s", "--to=c"],
        "studies/studies.sqlite: found no study '\(Self.name)s'; expected \(Self.name)"
      ),
      (["--copy=x", "--to=c", "--storage=away"], "away: found no such file; expected a study database"),
      (["--copy=\(Self.name)", "--to=b.sqlite"], "b.sqlite: found a study '\(Self.name)' already; expected another "),
      (
        ["--copy=\(Self.name)", "--to=./studies/studies.sqlite"],
        "studies/studies.sqlite: found the same database as source and target; expected another database to copy to"
      ),
      (
        ["--copy=\(Self.name)", "--to=text"],
        "text: found a file that is not an SQLite database; expected a study database; name another with --to\n"
      ),
      (
        ["--copy=\(Self.name)", "--to=folder"],
        "folder: found a folder; expected a database file; name one with --to\n"
      ),
      (
        ["--copy=\(Self.name)", "--to=postgresql://me:secret@127.0.0.1:1/a"],
        "postgresql://me@127.0.0.1:1/a: found no connection ("
      ),
    ] {
      let ending = try program.run(["studies"] + options)
      #expect(ending.status == 2 && ending.output.isEmpty, "\(options)")
      let lines = ending.errors.split(separator: "\n").filter { !$0.hasPrefix("note: ") }
      #expect(lines.count == 1 && "\(lines[0])\n".hasPrefix("error: \(message)"), "\(ending.errors)")
      #expect(!ending.errors.contains("secret"))
    }
    #expect(!program.exists("c") && !program.exists("away"))
    #expect(try Data(contentsOf: file) == before)
  }

  @Test func `A study that runs is not copied`() throws {
    let program = try PostgreSQLPlace.folder()
    let process = try program.start(
      Self.grid, environment: PostgreSQLPlace.environment.merging(Pausing.afterReports(3)) { $1 })
    let number = try Pausing.wait(for: process, in: program)
    let refused = try program.run(Self.copy)
    #expect(refused.status == 2)
    let found = "found a running study, '\(Self.name)': trial 2 in process \(number) on "
    let message = "error: studies/studies.sqlite: \(found)"
    #expect(refused.errors.hasPrefix(message) && refused.errors.hasSuffix("; expected a stopped study\n"))
    #expect(!program.exists("b.sqlite"))
    kill(number, SIGINT)
    Pausing.resume(number)
    process.waitUntilExit()
    #expect(Program.status(of: process) == 130)
    #expect(try program.run(Self.copy).status == 0)
  }

  @Test func `A damaged checkpoint ends a copy with status 1, and nothing is there`() throws {
    let program = try Self.program()
    let folder = program.folder.appendingPathComponent("studies/studies.sqlite.checkpoints")
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).first)
    try Data("damaged".utf8).write(to: folder.appendingPathComponent(name))
    let ending = try program.run(Self.copy)
    #expect(ending.status == 1 && ending.output.isEmpty)
    #expect(
      ending.errors.hasPrefix("error: studies/studies.sqlite.checkpoints/\(name): found 7 bytes; expected the "),
      "\(ending.errors)")
    #expect(ending.errors.hasSuffix("a run of it replaces a damaged checkpoint, but not weights\n"), "\(ending.errors)")
    #expect(try program.run(["studies", "--storage=b.sqlite", "--format=json"]).output.contains("bert4rec") == false)
    #expect(try !program.run(["verify", "--storage=b.sqlite"]).output.contains("belongs to no trial"))
  }
}
