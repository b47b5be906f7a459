import Foundation
import Testing

@testable import Tuner

/// Splits by ratio and by time, with several held-out items for a user, through the real program.
@Suite(.serialized) struct SplitTests {
  private static let time = "--eval_args={'split':{'TS':[0.6,0.2,0.2]}}"
  private static let ratio = "--eval_args={'split':{'RS':[2,1,1]},'group_by':None}"
  private static let settings =
    Shop.settings.filter { !$0.hasPrefix("--MAX") } + [
      "--MAX_ITEM_LIST_LENGTH=5", "--topk=[3,10]", "--metrics=[NDCG,Hit]",
    ]
    + ["--valid_metric=NDCG@10", "--metric_decimal_place=12"]

  /// 60 users of 4 to 13 rows, at times that overlap.
  private static let table =
    "user_id:token\titem_id:token\ttimestamp:float\n"
    + (0..<60).flatMap { user in
      (0..<4 + user % 10).map { "u\(user)\ti\((user * 7 + $0 * $0 * 5 + $0) % 23)\t\((user * 13) % 40 + 7 * $0)\n" }
    }.joined()

  /// A study with each split.
  private static let program = Result {
    let program = try Program()
    try program.write(table, to: "datasets/shop/shop.inter")
    try program.write("n_layers choice [1,2]\ntrain_batch_size choice [32,512]\n", to: "grid.test")
    for (name, split) in [("time", time), ("ratio", ratio)] {
      let ending = try program.run(
        ["--params_file=grid.test", "--study=\(name)", split, "--keep_weights=2"] + settings)
      #expect(ending.status == 0, "\(ending.errors)")
    }
    return program
  }

  private func output(_ arguments: String...) throws -> String {
    let ending = try Self.program.get().run(arguments)
    #expect(ending.status == 0, "\(ending.errors)")
    return ending.output
  }

  /// The ranks that a statement gives.
  private static func ranks(_ sql: String, in program: Program) throws -> UserRanks {
    let digits = Array(try SQLite.run(sql, in: program).trimmingCharacters(in: .whitespacesAndNewlines).utf8)
    return UserRanks(
      bytes: stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
      })
  }

  /// The ranks of a study's first trial.
  private func ranks(_ study: String, _ split: String, column: String = "ranks") throws -> UserRanks {
    try Self.ranks(
      """
      SELECT hex(\(column)) FROM user_rank JOIN trial ON trial.id = trial_id JOIN study ON study.id = study_id
      WHERE study.name = '\(study)' AND ordinal = 1 AND split = '\(split)'
      """, in: Self.program.get())
  }

  private struct Comparison: Decodable {
    let users, samples, firstBetter, secondBetter, equal: Int
    let firstValue: Double
  }

  @Test(arguments: ["time", "ratio"])
  func `Users keep all their samples from training to reports`(study: String) throws {
    for split in ["valid", "test"] {
      let (ranks, other) = try (ranks(study, split), ranks(study, split, column: "other_ranks"))
      let samples = try #require(ranks.sampleCount)
      #expect(ranks.userCount > 20 && samples > ranks.userCount && other.haveSameUsers(as: ranks))
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let json = try output("compare", study, "1", "2", "--split=\(split)", "--format=json")
      let answer = try decoder.decode(Comparison.self, from: Data(json.utf8))
      #expect(answer.users == ranks.userCount && answer.samples == samples)
      #expect(answer.firstBetter + answer.secondBetter + answer.equal == answer.users)
      // The metric is the mean over samples.
      let mean = ranks.ranks.map { $0 <= 10 ? 1 / log2(Double($0) + 1) : 0 }.reduce(0, +) / Double(samples)
      #expect(abs(answer.firstValue - mean) < 1e-12)
      let stored = try SQLite.run(
        """
        SELECT value FROM result JOIN trial ON trial.id = trial_id JOIN study ON study.id = study_id
        WHERE study.name = '\(study)' AND ordinal = 1 AND result.split = '\(split)' AND result.metric = 'ndcg@10'
        """, in: Self.program.get())
      let value = try #require(Double(stored.trimmingCharacters(in: .whitespacesAndNewlines)))
      #expect(abs(value - mean) < 1e-11)
      let text = try output("compare", study, "1", "2", "--split=\(split)")
      #expect(text.contains("ndcg@10 of \(samples) held-out items of \(ranks.userCount) users, \(split)\n"), "\(text)")
      let importance = try output("importance", study, "--split=\(split)")
      #expect(importance.contains("\(samples) held-out items of \(ranks.userCount) users (\(split))"), "\(importance)")
    }
    let board = try output("leaderboard", study)
    #expect(board.contains("(95 % confidence set, \(try ranks(study, "valid").userCount) users)"), "\(board)")
    for arguments in [["leaderboard", study, "--repeatable=False"], ["show", study, "1"], ["verify", study]] {
      let ending = try Self.program.get().run(arguments)
      #expect(ending.status == 0, "\(ending)")
    }
  }

  @Test func `Weights are evaluated, combined and exported with the split that they were trained with`() throws {
    let program = try Self.program.get()
    let samples = try #require(ranks("time", "test").sampleCount)
    _ = try output("export", "time", "--to=model")
    let text = try String(contentsOf: program.folder.appendingPathComponent("model/config.yaml"), encoding: .utf8)
    #expect(
      text.contains("\neval_args: {group_by: user, mode: full, order: TO, split: {TS: [0.6, 0.2, 0.2]}}\n"), "\(text)")
    let weights = ["evaluate", "--weights=model/weights.safetensors"]
    let own = try program.run(weights + ["--config_files=model/config.yaml"])
    #expect(own.status == 0 && own.errors.contains("on shop: \(samples) samples"), "\(own)")
    for study in ["time", "ratio"] {
      let ensemble = try program.run(["ensemble", study, "--size=2"])
      #expect(ensemble.status == 0, "\(ensemble.errors)")
    }
    for repeatable in ["True", "False"] {
      let described = try program.run(["dataset", "describe", "shop", Self.ratio, "--repeatable=\(repeatable)"])
      #expect(
        described.output.contains(
          "\n  held-out users  \(try ranks("ratio", "valid").userCount) with validation samples, "
            + "\(try ranks("ratio", "test").userCount) with test samples\n"), "\(described)")
    }
  }

  @Test func `Another spelling of the same shares goes on with a study, another one does not`() throws {
    let program = try Self.program.get()
    func run(_ split: String) throws -> Program.Ending {
      try program.run(
        ["--params_file=grid.test", "--study=ratio", "--eval_args=\(split)", "--keep_weights=2"] + Self.settings)
    }
    let same = try run("{'split':{'RS':[0.5,0.25,0.25]},'group_by':'none','mode':'full'}")
    #expect(same.status == 0 && same.errors.contains("continued"), "\(same.errors)")
    for split in ["{'split':{'RS':[0.5,0.25,0.25]}}", "{'split':{'TS':[0.5,0.25,0.25]}}"] {
      let other = try run(split)
      #expect(other.status == 2 && other.errors.contains("eval_args"), "\(other.errors)")
    }
  }

  @Test func `Splits can be tuned, and trials with other users are not compared`() throws {
    let program = try Self.program.get()
    try program.write(
      "eval_args choice [{'split':{'LS':'valid_and_test'}},{'split':{'RS':[0.8,0.1,0.1]}},{'split':{'TS':[0.8,0.1,0.1]}}]\n",
      to: "split.test")
    let ending = try program.run(["--params_file=split.test", "--study=splits", "--n_layers=1"] + Self.settings)
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(try program.run(["verify", "splits"]).status == 0)
    let comparison = try program.run(["compare", "splits", "1", "3"])
    #expect(comparison.status == 2 && comparison.errors.contains("expected the same users"), "\(comparison)")
  }

  @Test func `A study needs a share for validation`() throws {
    let program = try Self.program.get()
    let ending = try program.run(
      ["--params_file=grid.test", "--study=none", "--eval_args={'split':{'RS':[0.8,0,0.2]}}"] + Self.settings)
    #expect(ending.status == 2)
    #expect(
      ending.errors.contains(
        "eval_args: found a split with the second share 0, so there is no validation sample to rank trials by; "
          + "expected one above 0, or "), "\(ending.errors)")
    let alone = try program.run(["train", "--eval_args={'split':{'RS':[0.8,0,0.2]}}", "--n_layers=1"] + Self.settings)
    #expect(alone.status == 0 && alone.output.contains("none held out"), "\(alone)")
  }

  @Test func `Files that are already split can have several rows of a user`() throws {
    let program = try Program()
    let header = "user_id:token\titem_id_list:token_seq\titem_id:token\n"
    let rows = (0..<120).map { "u\($0 % 30)\ti\($0 % 7) i\($0 % 11) i\($0 % 5)\ti\(($0 * 5) % 13)\n" }
    for part in ["train", "valid", "test"] {
      try program.write(header + rows.joined(), to: "datasets/parts/parts.\(part).inter")
    }
    try program.write("n_layers choice [1,2]\n", to: "grid.test")
    let settings = ["--dataset=parts", "--benchmark_filename=[train,valid,test]", "--hidden_size=8", "--epochs=1"]
    let study = try program.run(["--params_file=grid.test"] + settings)
    #expect(study.status == 0, "\(study.errors)")
    let comparison = try program.run(["compare", "1", "2"])
    #expect(comparison.output.contains("mrr@10 of 120 held-out items of 30 users, valid\n"), "\(comparison)")
    #expect(try program.run(["verify"]).status == 0)
    // As an earlier version has recorded them, in the order of the rows: each row counts as a user, and trials are still trained again.
    for (trial, split) in [(1, "valid"), (1, "test"), (2, "valid"), (2, "test")] {
      let place = "WHERE trial_id = \(trial) AND split = '\(split)'"
      let ranks = try Self.ranks("SELECT hex(ranks) FROM user_rank \(place)", in: program)
      #expect(ranks.userCount == 30 && ranks.sampleCount == 120)
      let plain = UserRanks((0..<120).map { ranks.ranks[($0 % 30) * 4 + $0 / 30] })
      let hex = plain.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      try SQLite.run("UPDATE user_rank SET ranks = X'\(hex)', other_ranks = NULL \(place)", in: program)
    }
    try SQLite.run("DELETE FROM weights", in: program)
    let early = try program.run(["compare", "1", "2"])
    #expect(early.output.contains("mrr@10 of 120 users, valid\n"), "\(early)")
    let recommended = try program.run(["recommend", "--all", "--top=1"])
    #expect(recommended.status == 0 && recommended.errors.contains("Training trial"), "\(recommended)")
  }
}
