import Foundation
import Testing

@testable import Tuner

/// Studies of earlier programs, which recorded no value where no epoch was validated, and 0 for splits without samples.
extension NoValueTests {
  private static func csv(_ program: Program) throws -> [Substring] {
    try program.run(["leaderboard", "base", "--format=csv"]).output.split(separator: "\n")
  }

  /// Makes the finished study `base` what an earlier program would have left.
  private static func forgetValues(_ program: Program) throws {
    try SQLite.run(
      """
      UPDATE trial SET best_value = NULL; DELETE FROM observation WHERE metric LIKE 'valid.%'; DELETE FROM weights
      """, in: program)
    try FileManager.default.removeItem(at: program.folder.appendingPathComponent("studies/studies.sqlite.weights"))
  }

  @Test func `A study without values is ranked by its results, and takes them over when it goes on`() throws {
    let program = try Self.program()
    let command = Self.study("base", "--epochs=3", "--eval_step=0")
    #expect(try program.run(command).status == 0)
    let ranking = try Self.csv(program)
    #expect(ranking[1].hasPrefix("1,2,completed,0."))
    try Self.forgetValues(program)

    #expect(try Self.csv(program) == ranking)
    #expect(try program.run(["show", "base", "best"]).output.contains("Trial 2 of base"))
    #expect(try program.run(["studies"]).output.contains("finished      2   2  mrr@10  0."))
    let found = try program.run(["verify"])
    #expect(found.status == 1)
    #expect(found.output.contains("among its results; expected the same value; 'run-hyper resume base' stores it"))

    let resumed = try program.run(["resume", "base"])
    #expect(resumed.status == 0)
    #expect(resumed.output.contains("Best: trial 2 (epoch 3; no weights are kept)\n"), "\(resumed.output)")
    #expect(try Self.csv(program) == ranking)
    let verified = try program.run(["verify"])
    #expect(verified.status == 0)
    #expect(verified.output.contains("trial 2 is the best; the program that ran it kept no weights"))

    // Old and new trials in one study: each has its value, and the weights are the best trial's or nobody's.
    try program.write("learning_rate choice [0.00001,0.05,0.02,0.08]\n", to: "hyper.test")
    #expect(try program.run(command).output.contains("4 completed"))
    let mixed = try Self.csv(program)
    #expect(mixed.dropFirst().allSatisfy { $0.contains(",completed,0.") } && mixed.count == 5, "\(mixed)")
    #expect(try program.run(["verify"]).status == 0)
  }

  @Test func `Verify expects no validation of a trial that is interrupted before its own`() throws {
    let program = try Self.program("epochs choice [2]\n")
    #expect(try program.run(Self.study("base", "--eval_step=0")).status == 0)
    try program.write("epochs choice [2,100000]\n", to: "hyper.test")
    let process = try program.start(Self.study("base", "--eval_step=0"))
    try SQLite.wait(until: "count(*) > 0 FROM observation WHERE epoch > 3", in: program, while: process)
    process.interrupt()
    process.waitUntilExit()
    #expect(Program.status(of: process) == 130)
    let verified = try program.run(["verify"])
    #expect(verified.status == 0, "\(verified.output)")
  }

  @Test func `Weights that are gone are not named`() throws {
    let program = try Self.program()
    #expect(try program.run(Self.study("base", "--epochs=1")).output.contains(", weights of epoch 1\n"))
    try FileManager.default.removeItem(at: program.folder.appendingPathComponent("studies/studies.sqlite.weights"))
    let again = try program.run(["resume", "base"]).output
    #expect(again.contains("(epoch 1; no weights are kept)\n") && !again.contains("weights of epoch"), "\(again)")
    #expect(try program.run(["verify"]).status == 1)
  }

  @Test func `A study without validation samples goes on without a ranking`() throws {
    let program = try Self.program()
    #expect(try program.run(Self.study("base", "--epochs=2")).status == 0)
    try Self.forgetValues(program)
    try Self.makeTestOnly(program)

    let board = try program.run(["leaderboard", "base"])
    #expect(board.status == 0 && board.output.contains("No trial has a value for mrr@10, so none is ranked.\n"))
    #expect(!board.output.contains("tied") && !board.output.contains("0.0000"), "\(board.output)")
    #expect(try Self.csv(program).dropFirst().allSatisfy { $0.hasPrefix(",") && $0.contains(",completed,,2,") })
    #expect(try program.run(["leaderboard", "base", "--sort=test.mrr@10"]).output.contains("\n   1      "))
    #expect(try program.run(["show", "base", "1"]).output.contains("mrr@10         none: no validation samples\n"))
    let best = try program.run(["show", "base", "best"])
    #expect(best.status == 2 && best.errors.contains("no trial has a value for mrr@10"))
    for command in [["compare", "base", "1", "2"], ["importance", "base"]] {
      let valid = try program.run(command)
      #expect(
        valid.errors.contains("--split: found valid, for which base has no samples; expected --split=test"),
        "\(valid.errors)")
      #expect(try valid.status == 2 && program.run(command + ["--split=test"]).status == 0)
    }
    try program.write("learning_rate choice [0.00001,0.05,0.02]\n", to: "hyper.test")
    let more = try program.run(Self.study("base", "--epochs=2") + Situation.testOnly.arguments.suffix(1))
    #expect(more.status == 0, "\(more.errors)")
    #expect(more.errors.contains("note: own has no validation samples, so trials have no value and are not ranked"))
    #expect(more.output.contains("3 completed") && !more.output.contains("Best"), "\(more.output)")
    let verified = try program.run(["verify"])
    #expect(verified.status == 0, "\(verified.output)")
  }

  /// Makes the study `base` one of `test_only`, which earlier programs ran.
  private static func makeTestOnly(_ program: Program) throws {
    let path = program.folder.appendingPathComponent("studies/studies.sqlite").path
    let store = try StudyStore(reading: path)
    let study = try #require(try store.study(named: "base"))
    var definition = study.definition
    definition.fixedConfiguration = definition.fixedConfiguration.map {
      StudyDefinition.Setting(
        key: $0.key, value: $0.value.replacingOccurrences(of: "valid_and_test", with: "test_only"))
    }
    #expect(definition.fixedConfigurationHash != study.definition.fixedConfigurationHash)
    let prints = try store.leaderboard(of: study).rows.map { row in
      "UPDATE trial SET fingerprint = '\(definition.fingerprint(of: row.hyperparameters))' WHERE ordinal = \(row.trial)"
    }
    let replaced = ["fixed_configuration", "invocation"].map { "\($0) = replace(\($0), 'valid_and_test', 'test_only')" }
    try SQLite.run(
      """
      UPDATE study SET \(replaced.joined(separator: ", "));
      UPDATE study SET fixed_configuration_hash = '\(definition.fixedConfigurationHash)';
      \(prints.joined(separator: ";\n"));
      UPDATE result SET value = 0 WHERE split = 'valid';
      UPDATE user_rank SET ranks = X'' WHERE split = 'valid';
      UPDATE user_rank SET other_ranks = NULL
      """, in: program)
  }

  // MARK: - A split without samples

  @Test(arguments: [false, true])
  func `A split without samples has no metrics in any form`(isEarlier: Bool) throws {
    let program = try Self.program()
    let arguments = Situation.validOnly.arguments
    let ending = try program.run(
      Self.study("base") + arguments + ["--output_file=all.txt", "--display_file=charts.html"])
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(ending.output.contains("  test   none held out\n"), "\(ending.output)")
    let stored = "SELECT DISTINCT value IS NULL FROM result WHERE split = 'test'"
    #expect(try SQLite.run(stored, in: program) == "1\n")
    // What programs before this one recorded.
    if isEarlier { try SQLite.run("UPDATE result SET value = 0 WHERE split = 'test'", in: program) }
    let files = ["--output_file=all.txt", "--display_file=charts.html"]
    #expect(try program.run(["resume", "base"] + files).output == ending.output)

    let lines = try Self.csv(program).map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    let columns = lines[0].indices.filter { lines[0][$0].hasPrefix("test.") }
    #expect(columns.count == 5 && lines.dropFirst().allSatisfy { line in columns.allSatisfy { line[$0].isEmpty } })
    let json = try program.run(["leaderboard", "base", "--format=json"]).output
    #expect(json.contains(#""test":{"recall@10":null,"mrr@10":null,"#), "\(json)")
    let table = try program.run(["leaderboard", "base"]).output
    #expect(table.contains("test.mrr@10") && !table.contains("0.0000"), "\(table)")
    let show = try program.run(["show", "base", "1"]).output
    #expect(show.contains("  test   none held out\n"), "\(show)")
    let story = try program.run(["show", "base", "1", "--format=json"]).output
    #expect(story.contains(#""mrr@10" : null"#), "\(story)")
    let (text, page) = try (read("all.txt", program), read("charts.html", program))
    #expect(text.contains("Test result:\nnone held out\n") && !text.contains(" : 0.0\n"), "\(text)")
    #expect(page.contains(#""test.mrr@10":null"#))
    let verified = try program.run(["verify"])
    #expect(verified.status == 0, "\(verified.output)")
  }

  @Test(arguments: [(Situation.validOnly, "test", "valid"), (.testOnly, "valid", "test")])
  func `Weights are measured on splits that have samples`(
    situation: Situation, empty: String, other: String
  ) throws {
    let program = try Self.program()
    let trained = try program.run(["train", "--save=w.safetensors"] + Self.dataset + situation.arguments)
    #expect(trained.status == 0)
    #expect(
      trained.output.contains(empty == "test" ? "test   none held out" : "valid  none held out"), "\(trained.output)")
    let nothing = try program.run(["evaluate", "--weights=w.safetensors", "--split=\(empty)"])
    #expect(nothing.status == 2 && nothing.output.isEmpty)
    #expect(
      nothing.errors.contains("--split: found \(empty), and no \(empty) samples in own; expected --split=\(other)"))
    let measured = try program.run(["evaluate", "--weights=w.safetensors", "--split=\(other)"])
    #expect(measured.status == 0 && measured.output.contains("\(other) "))
    let described = try program.run(["dataset", "describe", "own"] + situation.arguments.suffix(1))
    #expect(described.status == 0 && described.output.contains("\(other) "), "\(described.output)\(described.errors)")
    #expect(!described.output.contains("\n  \(empty) ") && !described.output.contains("nan"), "\(described.output)")
  }

  private func read(_ name: String, _ program: Program) throws -> String {
    try String(contentsOf: program.folder.appendingPathComponent(name), encoding: .utf8)
  }

  // MARK: - No result

  @Test func `All studies are resumed although one ends without a result`() throws {
    let program = try Self.program(Situation.diverged.parameters)
    let diverging = Self.study("base", "--epochs=2")
    #expect(try program.run(diverging).status == 1)
    try program.write("learning_rate choice [0.01]\n", to: "hyper.test")
    #expect(try program.run(Self.study("other", "--epochs=2")).status == 0)
    try SQLite.run(
      """
      DELETE FROM attempt; DELETE FROM observation; DELETE FROM result; DELETE FROM user_rank; DELETE FROM weights;
      UPDATE trial SET state = 'pending', attempt = 0, started_at = NULL, finished_at = NULL, failure_kind = NULL,
        failure_message = NULL, best_value = NULL, best_epoch = NULL
      """, in: program)
    let resumed = try program.run(["resume"])
    #expect(resumed.status == 1 && resumed.errors.contains("no trial of base has a result: 2 diverged"))
    #expect(resumed.output.contains("Best: trial 1"), "\(resumed.output)")
  }

  @Test func `A table of trials that all diverged has the sentence and no ranks`() throws {
    let program = try Self.program(Situation.diverged.parameters)
    #expect(try program.run(Self.study("base", "--epochs=2")).status == 1)
    for format in ["table", "markdown"] {
      let board = try program.run(["leaderboard", "base", "--format=\(format)"])
      #expect(board.status == 0 && board.output.contains("base: 2 trials: 2 diverged\nNo trial has a result.\n"))
    }
    #expect(try program.run(["leaderboard", "--format=json"]).output.contains(#""rank":null,"trial":1,"#))
  }
}
