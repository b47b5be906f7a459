import Foundation
import Testing

/// `verify` with the real program: sound studies of every kind are found sound, and every planted damage is found.
@Suite(.serialized) struct VerifyTests {
  private static let name = "bert4rec-grocery-hyper"
  private static let eight = """
    learning_rate choice [0.01,0.001]
    hidden_dropout_prob choice [0.2,0.5]
    n_layers choice [1,2]

    """
  private static let fast = ["--params_file=hyper.test", "--train_batch_size=8192"]

  /// A process that is killed after this many reports.
  private static func deadly(_ count: Int) -> [String: String] {
    Pausing.deathAfterReport(count).merging(["RUN_HYPER_CHECKPOINT_SECONDS": "0"]) { $1 }
  }

  private static func program(_ parameters: String = eight) throws -> Program {
    let program = try Program()
    try program.write(parameters, to: "hyper.test")
    return program
  }

  private static func expectSound(_ program: Program, _ pieces: String..., notes: Int = 0) throws {
    let ending = try program.run(["verify"])
    #expect(ending.status == 0, "\(ending.output)\(ending.errors)")
    #expect(ending.errors == "" && !ending.output.contains("WRONG"), "\(ending.output)\(ending.errors)")
    for piece in pieces { #expect(ending.output.contains(piece), "\(ending.output)") }
  }

  // MARK: - Sound studies

  @Test func `A grid is sound, interrupted, finished, extended, cut and pruned`() throws {
    let program = try Self.program()
    let arguments = Self.fast + ["--epochs=4"]
    #expect(try program.run(arguments, environment: Self.deadly(5)).status == -SIGKILL)
    try Self.expectSound(program)
    #expect(try program.run(arguments).status == 0)
    try Self.expectSound(
      program, "8 cells of 8 (grid), 8 ended, 0 to go, none missing", "8 trials, each configuration once",
      "8 completed", "metrics recomputed from 16 lists of ranks", "0 registered", "all hashes match")
    try program.write(Self.eight.replacingOccurrences(of: "[1,2]", with: "[2]"), to: "hyper.test")
    #expect(try program.run(arguments).status == 0)
    try Self.expectSound(program, "4 cells of 4 (grid), 4 ended", "note   cells           4 trials shelved")
    try program.write(Self.eight, to: "hyper.test")
    for pruner in ["asha", "median", "none"] {
      #expect(try program.run(arguments + ["--pruner=\(pruner)", "--shuffle"]).status == 0)
      try Self.expectSound(program, "8 cells of 8 (shuffled grid), 8 ended")
    }
  }

  @Test(arguments: ["asha", "hyperband", "median"])
  func `A pruned study is sound, killed, finished, and when its trials go on`(pruner: String) throws {
    let program = try Self.program()
    let arguments = Self.fast + ["--epochs=9", "--pruner=\(pruner)"]
    for count in [3, 6] {
      #expect(try program.run(arguments, environment: Self.deadly(count)).status == -SIGKILL)
      try Self.expectSound(program)
    }
    #expect(try program.run(arguments).status == 0)
    try Self.expectSound(program, "decisions replayed, all consistent with the pruner", " pruned")
    #expect(try program.run(Self.fast + ["--epochs=9"]).status == 0)
    try Self.expectSound(program, "8 completed")
  }

  @Test func `Draws, proposals, early ends and repeats are sound`() throws {
    let ranges = "learning_rate loguniform -8,-4\nn_layers quniform 1,2,1\nhidden_dropout_prob uniform 0.1,0.5\n"
    let random = try Self.program(ranges)
    for limit in ["2", "4", "3"] {
      let ending = try random.run(Self.fast + ["--epochs=1", "--algo=random", "--max_evals=\(limit)"])
      #expect(ending.status == 0)
      try Self.expectSound(random, "cells of at most \(limit) (random)")
    }
    #expect(try random.run(Self.fast + ["--epochs=1", "--algo=bayes", "--max_evals=6"]).status == 0)
    try Self.expectSound(random, "6 cells of at most 6 (tpe), 6 ended")
    #expect(try random.run(Self.fast + ["--epochs=1", "--algo=random", "--max_evals=7"]).status == 0)
    try Self.expectSound(random, "7 cells of at most 7 (random), 7 ended")

    let early = try Self.program()
    #expect(try early.run(Self.fast + ["--epochs=1", "--early_stop=2", "--shuffle"]).status == 0)
    try Self.expectSound(early, "0 to go")
    let repeats = try Self.program("n_heads choice [1,2]\n")
    #expect(try repeats.run(Self.fast + ["--epochs=2", "--repeats=2"]).status == 0)
    try Self.expectSound(repeats, "2 cells of 2 (grid)")
  }

  // MARK: - Damage

  /// A finished, pruned study, which has checkpoints, weights and decisions; every damage gets a copy of its own.
  private static let sound = Result { () throws -> Program in
    let program = try VerifyTests.program()
    #expect(
      try program.run(fast + ["--epochs=9", "--pruner=asha", "--first_rung=3", "--reduction_factor=2"]).status == 0)
    try expectSound(program)
    return program
  }

  /// What is done to a study, and what `verify` says to it.
  struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var sql: String?
    var act: (@Sendable (URL) throws -> Void)?
    let says: [String]
  }

  private static let best = "(SELECT trial_id FROM weights)"
  private static let completed = "(SELECT id FROM trial WHERE state = 'completed' ORDER BY id LIMIT 1)"

  static let damages: [Damage] = [
    .init(
      testDescription: "a flipped byte in a checkpoint", act: { try flipByte(in: firstFile("checkpoints", of: $0)) },
      says: ["checkpoints", "found bytes that do not match the stored SHA-256", "restarts from the beginning"]),
    .init(
      testDescription: "a missing checkpoint",
      act: { try FileManager.default.removeItem(at: firstFile("checkpoints", of: $0)) },
      says: ["checkpoints", "no such file or directory (open)"]),
    .init(
      testDescription: "truncated weights",
      act: {
        let file = try FileHandle(forWritingTo: firstFile("weights/1", of: $0))
        try file.truncate(atOffset: 1000)
      }, says: ["weights", "found 1000 bytes; expected the ", "bytes that were written"]),
    .init(
      testDescription: "weights of another trial",
      sql: "UPDATE weights SET trial_id = (SELECT id FROM trial WHERE state = 'pruned' LIMIT 1)",
      says: ["found weights of a pruned trial; expected weights of a completed trial"]),
    .init(
      testDescription: "an edited best value",
      sql: "UPDATE trial SET best_value = best_value + 0.0001 WHERE id = \(best)",
      says: ["curves", "found best value ", "the best of its learning curve"]),
    .init(
      testDescription: "a deleted observation in the middle",
      sql: "DELETE FROM observation WHERE trial_id = \(completed) AND epoch = 4 AND metric = 'valid.mrr@10'",
      says: ["curves", "found valid.mrr@10 for 8 epochs from 1 to 9; expected no epoch missing up to 9"]),
    .init(
      testDescription: "a deleted epoch", sql: "DELETE FROM observation WHERE trial_id = \(completed) AND epoch = 5",
      says: ["curves", "found train.loss for 8 epochs from 1 to 9"]),
    .init(
      testDescription: "a deleted last trial", sql: "PRAGMA foreign_keys = ON; DELETE FROM trial WHERE ordinal = 8",
      says: ["cells", "search space: found no trial for ", "this one is missing"]),
    .init(
      testDescription: "a deleted trial in the middle, without its rows", sql: "DELETE FROM trial WHERE ordinal = 5",
      says: ["references", "that refers to a missing trial", "found no trial 5; expected numbers without gaps"]),
    .init(
      testDescription: "a configuration twice under another fingerprint",
      sql: """
        INSERT INTO trial (study_id, ordinal, fingerprint, configuration)
          SELECT study_id, 9, replace(hex(zeroblob(32)), '0', 'a'), configuration FROM trial WHERE ordinal = 2;
        INSERT INTO trial_parameter SELECT last_insert_rowid(), position, name, value, literal FROM trial_parameter
          WHERE trial_id = (SELECT id FROM trial WHERE ordinal = 2)
        """,
      says: ["trial 9: found the same configuration as trial 2", "trial 9: found a fingerprint that does not match"]),
    .init(
      testDescription: "an edited parameter",
      sql: "UPDATE trial_parameter SET literal = '3' WHERE trial_id = 3 AND name = 'n_layers'",
      says: [
        "trial 3: found a fingerprint that does not match its parameters", "with the value 1 and the literal 3",
        "found values outside the search space", "trial 3: found configuration {",
      ]),
    .init(
      testDescription: "a shortened list of ranks",
      sql: "UPDATE user_rank SET ranks = substr(ranks, 1, 1000) WHERE trial_id = \(best) AND split = 'test'",
      says: ["results", "ranks in test; expected", "computed from its users' ranks"]),
    .init(
      testDescription: "an edited rank",
      sql:
        "UPDATE user_rank SET ranks = CAST(x'0000' || substr(ranks, 3) AS BLOB) WHERE trial_id = \(best) AND split = 'valid'",
      says: ["results", "found a rank 0 in valid"]),
    .init(
      testDescription: "an edited result",
      sql:
        "UPDATE result SET value = value + 0.0001 WHERE trial_id = \(best) AND split = 'test' AND metric = 'ndcg@10'",
      says: ["results", "found test.ndcg@10 0.", "computed from its users' ranks"]),
    .init(
      testDescription: "a deleted result", sql: "DELETE FROM result WHERE trial_id = \(best) AND metric = 'mrr@10'",
      says: ["results", "found no test.mrr@10", "found no valid.mrr@10"]),
    .init(
      testDescription: "a changed decision",
      sql: "UPDATE decision SET action = 'proceed' WHERE id = (SELECT min(id) FROM decision WHERE action = 'stop')",
      says: [
        "pruning", "found 'proceed' at epoch 3 under asha", "the decision that follows from the earlier record",
      ]),
    .init(
      testDescription: "a changed value of a decision",
      sql: "UPDATE decision SET value = value + 0.0001 WHERE id = (SELECT max(id) FROM decision WHERE action = 'stop')",
      says: ["pruning", "on the rung at epoch", "the best of its learning curve there"]),
    .init(
      testDescription: "a gap in the attempts",
      sql:
        "UPDATE attempt SET attempt = 7 WHERE trial_id = \(best) AND attempt = (SELECT attempt FROM trial WHERE id = \(best))",
      says: ["attempts", "without gaps"]),
    .init(
      testDescription: "a finished trial that ran again",
      sql: """
        INSERT INTO attempt (trial_id, attempt, owner, started_at, ended_at, ending)
          SELECT id, attempt + 1, 'x', '', '', 'completed' FROM trial WHERE id = \(best);
        UPDATE trial SET attempt = attempt + 1 WHERE id = \(best)
        """, says: ["attempts", "expected no attempt after a trial has finished"]),
    .init(
      testDescription: "another fixed configuration",
      sql: "UPDATE study SET fixed_configuration = json_set(fixed_configuration, '$.epochs', '10')",
      says: ["configurations", "found a fixed configuration that does not match its stored hash"]),
    .init(
      testDescription: "a study with an unknown pruner", sql: "UPDATE study SET scheduler = 'sha'",
      says: ["studies", "found pruner 'sha'; expected a pruner of this program"]),
    .init(
      testDescription: "decisions of an unknown pruner", sql: "UPDATE decision SET scheduler = 'sha'",
      says: ["table decision: found pruner 'sha'; expected a pruner of this program"]),
    .init(
      testDescription: "another seed", sql: "UPDATE study SET seed = seed + 1",
      says: ["configurations", "found no trial with a matching fingerprint"]),
    .init(
      testDescription: "a state that was changed",
      sql: "UPDATE trial SET state = 'completed' WHERE id = (SELECT id FROM trial WHERE state = 'pruned' LIMIT 1)",
      says: [
        "found a completed trial whose last attempt is pruned", "found no results",
        "found a completed trial that waits on a rung",
      ]),
    .init(
      testDescription: "a shelved trial", sql: "UPDATE trial SET active = 0 WHERE ordinal = 4",
      says: ["trial 4: found a shelved trial"]),
    .init(
      testDescription: "another application", sql: "PRAGMA application_id = 7",
      says: ["database", "an SQLite database of another program"]),
    .init(
      testDescription: "a missing index", sql: "DROP INDEX decision_arrival",
      says: ["schema", "decision_arrival: found no such table, index or view"]),
    .init(
      testDescription: "a damaged page",
      act: { folder in
        let number = try SQLite.run(
          "SELECT rootpage FROM sqlite_master WHERE name = 'attempt'",
          on: folder.appendingPathComponent("studies/studies.sqlite"))
        let page = try #require(UInt64(number.trimmingCharacters(in: .whitespacesAndNewlines)))
        let size = try #require(
          UInt64(
            try SQLite.run("PRAGMA page_size", on: folder.appendingPathComponent("studies/studies.sqlite"))
              .trimmingCharacters(in: .whitespacesAndNewlines)))
        let file = try FileHandle(forWritingTo: folder.appendingPathComponent("studies/studies.sqlite"))
        try file.seek(toOffset: (page - 1) * size)
        try file.write(contentsOf: Data(repeating: 0xA5, count: 64))
      }, says: ["integrity", "expected an undamaged database; restore a copy"]),
    .init(
      testDescription: "a truncated file",
      act: { folder in
        let file = try FileHandle(forWritingTo: folder.appendingPathComponent("studies/studies.sqlite"))
        try file.truncate(atOffset: try file.seekToEnd() / 2)
      }, says: ["WRONG"]),
  ]

  @Test(arguments: damages)
  func `Damage is found`(damage: Damage) throws {
    let program = try Program()
    try FileManager.default.copyItem(
      at: Self.sound.get().folder.appendingPathComponent("studies"),
      to: program.folder.appendingPathComponent("studies"))
    if let sql = damage.sql { try SQLite.run("PRAGMA ignore_check_constraints = ON; \(sql)", in: program) }
    try damage.act?(program.folder)
    let ending = try program.run(["verify"])
    #expect(ending.status == 1, "\(ending.output)\(ending.errors)")
    for piece in ["  WRONG  "] + damage.says { #expect(ending.output.contains(piece), "\(ending.output)") }
    #expect(ending.errors.contains(#/: \d+ problems? found\n$/#), "\(ending.errors)")
  }

  @Test func `Files of no trial are noted, what is no study is refused, and programs can read the answer`() throws {
    let program = try Program()
    try FileManager.default.copyItem(
      at: Self.sound.get().folder.appendingPathComponent("studies"),
      to: program.folder.appendingPathComponent("studies"))
    try program.write("left", to: "studies/studies.sqlite.checkpoints/trial-1-attempt-9-epoch-1-x.checkpoint.partial")
    try Self.expectSound(program, "1 orphaned file", "epoch-1-x.checkpoint.partial belongs to no trial")
    let json = try program.run(["verify", Self.name, "--format=json"])
    let answer = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(answer["is_sound"] as? Bool == true && answer["problems"] as? Int == 0)
    let studies = try #require(answer["studies"] as? [[String: Any]])
    #expect(studies.count == 1 && (studies[0]["checks"] as? [Any])?.count == 9)

    let unknown = try program.run(["verify", "bert4rec-grocery-hype"])
    #expect(unknown.status == 2 && unknown.errors.contains("expected \(Self.name)"), "\(unknown.errors)")
    let missing = try program.run(["verify", "--storage=none.sqlite"])
    #expect(missing.status == 2 && missing.errors.contains("none.sqlite: found no such file"), "\(missing.errors)")
    #expect(!program.exists("none.sqlite"))
  }

  // MARK: - Tools

  private static func firstFile(_ kind: String, of folder: URL) throws -> URL {
    let place = folder.appendingPathComponent("studies/studies.sqlite.\(kind)")
    let files = try FileManager.default.contentsOfDirectory(at: place, includingPropertiesForKeys: nil)
    return try #require(files.min { $0.path < $1.path })
  }

  private static func flipByte(in file: URL) throws {
    var bytes = try Data(contentsOf: file)
    bytes[bytes.count / 2] ^= 0x10
    try bytes.write(to: file)
  }
}
