import Foundation
import Testing

@testable import Tuner
@testable import run_hyper

/// Databases as released programs wrote them are read as they are, and continued after a copy was made.
@Suite struct ReleasedSchemaTests {
  private static let versions = 1...Int(Schema.version)

  private static let fixtures = Bundle.module.url(forResource: "Fixtures", withExtension: nil)

  /// A program in a folder with the files of a released schema.
  private static func program(_ version: Int) throws -> Program {
    let program = try Program()
    let source = try #require(fixtures).appendingPathComponent("schema-\(version)")
    for name in ["hyper.test", "studies"] {
      try FileManager.default.copyItem(
        at: source.appendingPathComponent(name), to: program.folder.appendingPathComponent(name))
    }
    try FileManager.default.createSymbolicLink(
      at: program.folder.appendingPathComponent("datasets"),
      withDestinationURL: Program.home.appendingPathComponent("datasets"))
    return program
  }

  /// Everything about some trials that no later run may change, in columns that every schema has.
  private static func records(of trials: String, _ program: Program) throws -> String {
    let selection = "trial_id IN (\(trials)) ORDER BY 1, 2, 3, 4"
    return try SQLite.run(
      """
      SELECT id, ordinal, fingerprint, configuration, state, attempt, started_at, finished_at, best_epoch, best_value
        FROM trial WHERE id IN (\(trials)) ORDER BY id;
      SELECT * FROM trial_parameter WHERE \(selection);
      SELECT trial_id, attempt, owner, started_at, ended_at, ending, seconds, from_epoch, from_checkpoint, note
        FROM attempt WHERE \(selection);
      SELECT * FROM observation WHERE \(selection);
      SELECT * FROM result WHERE \(selection);
      SELECT trial_id, split, hex(ranks), 0 FROM user_rank WHERE \(selection)
      """, in: program)
  }

  @Test func `Every released schema has a study here`() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: #require(Self.fixtures).path)
    #expect(Set(folders).subtracting(["README.md"]) == Set(Self.versions.map { "schema-\($0)" }))
    for version in Self.versions {
      #expect(try SQLite.run("PRAGMA user_version", in: Self.program(version)) == "\(version)\n")
    }
  }

  @Test(arguments: versions)
  func `It is read as it is`(version: Int) throws {
    let program = try Self.program(version)
    let file = program.folder.appendingPathComponent("studies/studies.sqlite")
    let bytes = try Data(contentsOf: file)
    for command in [["studies"], ["leaderboard", "--top=0"], ["show", "bert4rec-grocery-hyper", "1"], ["verify"]] {
      let ending = try program.run(command)
      #expect(ending.status == 0, "\(ending.output)\(ending.errors)")
      #expect(!ending.output.isEmpty)
    }
    #expect(try Data(contentsOf: file) == bytes)
    #expect(!program.exists("studies/studies.sqlite.schema-\(version)"))
  }

  @Test(arguments: versions)
  func `It is copied as it is, and the copy continues`(version: Int) throws {
    let program = try Self.program(version)
    let file = program.folder.appendingPathComponent("studies/studies.sqlite")
    let bytes = try Data(contentsOf: file)
    let name = "bert4rec-grocery-hyper"
    #expect(try program.run(["studies", "--copy=\(name)", "--to=copy.sqlite"]).status == 0)
    #expect(try Data(contentsOf: file) == bytes)
    let copy = ["--storage=copy.sqlite"]
    let board = try program.run(["leaderboard", name, "--top=0", "--format=json"]).output
    #expect(try program.run(["leaderboard", name, "--top=0", "--format=json"] + copy).output == board)
    #expect(!board.isEmpty)
    #expect(try program.run(["resume", name] + copy).status == 0)
    #expect(try program.run(["verify"] + copy).status == 0)
  }

  @Test(arguments: versions)
  func `It is copied and brought up to date, and its study goes on where it was`(version: Int) throws {
    let program = try Self.program(version)
    let ended = try SQLite.run(
      "SELECT group_concat(id) FROM trial WHERE state IN ('completed', 'pruned')", in: program)
    let before = try Self.records(of: ended, program)
    let weights = "SELECT sha256 FROM weights JOIN trial ON trial.id = trial_id WHERE trial_id IN (\(ended))"
    #expect(try !SQLite.run(weights, in: program).isEmpty)

    let ending = try program.run(["resume", "--workers=1", "--mixed_machines"])
    #expect(ending.status == 0, "\(ending.output)\(ending.errors)")
    #expect(ending.errors.contains("started again after epoch"))
    let copy = program.folder.appendingPathComponent("studies/studies.sqlite.schema-\(version)")
    if version < Self.versions.upperBound {
      #expect(
        ending.errors.contains("a copy of the old file is studies/studies.sqlite.schema-\(version)"), "\(ending.errors)"
      )
      #expect(try SQLite.run("PRAGMA user_version", on: copy) == "\(version)\n")
      #expect(try SQLite.run("SELECT sum(state = 'pending') > 1 FROM trial", on: copy) == "1\n")
    } else {
      #expect(!FileManager.default.fileExists(atPath: copy.path))
    }
    #expect(try SQLite.run("PRAGMA user_version", in: program) == "\(Schema.version)\n")
    #expect(try SQLite.run("SELECT count(*) FROM trial WHERE finished_at IS NULL", in: program) == "0\n")
    #expect(try Self.records(of: ended, program) == before)
    let verified = try program.run(["verify"])
    #expect(verified.status == 0, "\(verified.output)")
  }

}
