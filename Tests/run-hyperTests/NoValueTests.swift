import Foundation
import Testing

@testable import Tuner

/// Studies in which validation is missing, empty or never due: what each option does then, as `docs/command-line.md` says it.
@Suite struct NoValueTests {
  /// A column of the table.
  enum Situation: String, CaseIterable, CustomTestStringConvertible {
    case noInterval = "eval_step=0"
    case longInterval = "eval_step above epochs"
    case testOnly = "split test_only"
    case validOnly = "split valid_only"
    case diverged = "all diverged"
    case untrained = "epochs=0"

    var testDescription: String { rawValue }

    var arguments: [String] {
      switch self {
      case .noInterval: ["--epochs=3", "--eval_step=0"]
      case .longInterval: ["--epochs=3", "--eval_step=9"]
      case .testOnly: ["--epochs=3", "--eval_args={'split':{'LS':'test_only'}}"]
      case .validOnly: ["--epochs=3", "--eval_args={'split':{'LS':'valid_only'}}"]
      case .diverged: ["--epochs=3", "--weight_decay=0"]
      case .untrained: ["--epochs=0"]
      }
    }

    /// The first trial is worse than the second.
    var parameters: String {
      self == .diverged ? "learning_rate choice [1e20,1e25]\n" : "learning_rate choice [0.00001,0.05]\n"
    }
  }

  /// What a cell says.
  struct Answer {
    var status: Int32 = 0
    var shows: [String]
    var hides: [String] = []
  }

  /// A row of the table: an option or a command, and its cells in the order of the columns.
  struct Row {
    let name: String
    let command: [String]
    let cells: [Answer]

    init(_ name: String, _ command: [String], _ cells: Answer...) {
      (self.name, self.command, self.cells) = (name, command, cells)
    }
  }

  static let dataset = ["--dataset=own", "--hidden_size=8", "--inner_size=8", "--n_layers=1", "--train_batch_size=64"]

  static func program(_ parameters: String = Situation.noInterval.parameters) throws -> Program {
    let program = try Program()
    let rows = (0..<20).flatMap { user in
      (0..<8).map { "u\(user)\ti\((user * 5 + $0 * (1 + user % 3)) % 23)\t\($0)\n" }
    }
    try program.write(
      "user_id:token\titem_id:token\ttimestamp:float\n" + rows.joined(), to: "datasets/own/own.inter")
    try program.write(parameters, to: "hyper.test")
    return program
  }

  /// A study's command: another study of the same trials for each.
  static func study(_ name: String, _ options: String...) -> [String] {
    ["--params_file=hyper.test", "--study=\(name)", "--workers=1"] + dataset + options
  }

  private static let refused = Answer(
    status: 2,
    shows: [
      "eval_args: found split test_only, so there is no validation sample to rank trials by; expected valid_and_test, "
        + "or 'run-hyper train' for one configuration"
    ], hides: ["Best", "Study "])
  private static let noStudy = Answer(status: 2, shows: ["found no"])
  private static let noResult = Answer(
    status: 1, shows: ["No trial has a result.", "no trial of"], hides: ["Best", "weights of", "nan"])

  /// The table. Each row's command runs after those above it.
  static let table: [Row] = [
    Row(
      "a study, its ranks and its best", study("base"),
      Answer(shows: ["after the last epoch", "   1      2  ", "Best: trial 2, weights of epoch 3"]),
      Answer(shows: ["after the last epoch", "   1      2  ", "Best: trial 2, weights of epoch 3"]), refused,
      Answer(shows: ["Best: trial ", ", weights of epoch", "test   none held out"], hides: ["after the last", "nan"]),
      Answer(
        status: 1, shows: ["No trial has a result.", "no trial of base has a result: 2 diverged"],
        hides: ["Best", "weights of", "\n   1 ", "95 %"]),
      Answer(shows: ["after the last epoch", "Best: trial 1, untrained weights"])),
    Row(
      "interval and =", ["leaderboard", "base", "--format=csv"],
      Answer(shows: ["\n1,2,completed,0.", ",true,3,"]), Answer(shows: ["\n1,2,completed,0.", ",true,3,"]), noStudy,
      Answer(shows: ["\n1,", ",true,", ",,,,,"], hides: [",0.0,0.0"]),
      Answer(shows: ["\n,1,diverged,,", "\n,2,diverged,,"], hides: ["true", "false"]),
      Answer(shows: ["\n1,1,completed,0.", ",true,0,"])),
    Row(
      "weights", ["verify", "base"], Answer(shows: ["those of trial 2"], hides: ["WRONG"]),
      Answer(shows: ["those of trial 2"], hides: ["WRONG"]), noStudy,
      Answer(shows: ["those of trial "], hides: ["WRONG"]),
      Answer(shows: ["weights         none"], hides: ["WRONG"]),
      Answer(shows: ["those of trial 1"], hides: ["WRONG"])),
    Row(
      "--sort=test.mrr@10", ["leaderboard", "base", "--sort=test.mrr@10"],
      Answer(shows: ["test.mrr@10", "   1      "]), Answer(shows: ["test.mrr@10", "   1      "]), noStudy,
      Answer(status: 2, shows: ["--sort: found 'test.mrr@10', for which no trial has a value; expected one of valid."]),
      Answer(status: 2, shows: ["--sort: found 'test.mrr@10'; expected nothing yet: no trial has a result"]),
      Answer(shows: ["test.mrr@10", "   1      "])),
    Row(
      "show best", ["show", "base", "best"], Answer(shows: ["Trial 2 of base", " at epoch 3"]),
      Answer(shows: ["Trial 2 of base", " at epoch 3"]), noStudy, Answer(shows: ["test   none held out"]),
      Answer(status: 2, shows: ["base: found no best trial: no trial has a value for mrr@10"]),
      Answer(shows: ["Trial 1 of base", ", untrained"])),
    Row(
      "compare", ["compare", "base", "1", "2"], Answer(shows: ["mrr@10 of 20 users, valid"]),
      Answer(shows: ["mrr@10 of 20 users, valid"]), noStudy, Answer(shows: ["mrr@10 of 20 users, valid"]),
      Answer(status: 2, shows: ["base: found no completed trial 1; no trial has completed yet"]),
      Answer(shows: ["difference  0.0000", "p 1.0000"])),
    Row(
      "compare --split=test", ["compare", "base", "1", "2", "--split=test"], Answer(shows: ["20 users, test"]),
      Answer(shows: ["20 users, test"]), noStudy,
      Answer(status: 2, shows: ["--split: found test, for which base has no samples; expected --split=valid"]),
      Answer(status: 2, shows: ["no completed trial 1"]), Answer(shows: ["20 users, test"])),
    Row(
      "importance", ["importance", "base"], Answer(shows: ["learning_rate"]), Answer(shows: ["learning_rate"]), noStudy,
      Answer(shows: ["learning_rate"]), Answer(status: 2, shows: ["base: found no trial with a result"]),
      Answer(status: 2, shows: ["base: found the same mrr@10 in all 2 trials; expected trials that differ"])),
    Row(
      "importance --split=test", ["importance", "base", "--split=test"], Answer(shows: ["learning_rate"]),
      Answer(shows: ["learning_rate"]), noStudy, Answer(status: 2, shows: ["--split: found test"]),
      Answer(status: 2, shows: ["no trial with a result"]), Answer(status: 2, shows: ["found the same mrr@10"])),
    Row(
      "studies", ["studies"], Answer(shows: ["finished      2   2  mrr@10  0."]),
      Answer(shows: ["finished      2   2  mrr@10  0."]), noStudy, Answer(shows: ["finished      2   2  mrr@10  0."]),
      Answer(shows: ["finished      2   2  mrr@10  "], hides: ["mrr@10  0."]),
      Answer(shows: ["finished      2   2  mrr@10  0."])),
    Row(
      "resume", ["resume", "base"], Answer(shows: ["Best: trial 2"]), Answer(shows: ["Best: trial 2"]), noStudy,
      Answer(shows: ["Best: trial "]), noResult, Answer(shows: ["Best: trial 1"])),
    Row(
      "--pruner=median", study("pruned", "--pruner=median"),
      Answer(
        status: 2,
        shows: [
          "--pruner=median needs validation before the last epoch; found eval_step=0, set it to 1 or more"
        ]),
      Answer(
        status: 2,
        shows: [
          "--pruner=median needs a validation from epoch 1 on and before the last one; found eval_step=9, set a smaller one"
        ]), refused, Answer(shows: ["Best: trial "]), noResult,
      Answer(status: 2, shows: ["--first_rung: found 1; expected less than 0"])),
    Row(
      "--target", study("target", "--target=mrr@10>0"), Answer(shows: ["Target reached: trial 1 meets"]),
      Answer(shows: ["Target reached: trial 1 meets"]), refused, Answer(shows: ["Target reached: trial 1 meets"]),
      noResult,
      Answer(shows: ["Target reached: trial 1 meets"])),
    Row(
      "--early_stop=1", study("early", "--early_stop=1"), Answer(shows: ["2 completed", "Best: trial 2"]),
      Answer(shows: ["2 completed", "Best: trial 2"]), refused, Answer(shows: ["Best: trial "]), noResult,
      Answer(shows: ["Stopped early: 1 consecutive trial up to trial 2", "Best: trial 1"])),
    Row(
      "--repeats=1", study("repeats", "--repeats=1"), Answer(shows: ["Best over 1 additional seed: trial "]),
      Answer(shows: ["Best over 1 additional seed: trial "]), refused,
      Answer(shows: ["Best over 1 additional seed: trial ", "none held out"]),
      Answer(
        status: 1,
        shows: ["No trial is repeated, since none has a value for mrr@10", "no trial of repeats has a result"]),
      Answer(shows: ["Best over 1 additional seed: trial "])),
    Row(
      "--algo=bayes", study("bayes", "--algo=bayes", "--max_evals=2"), Answer(shows: ["Best: trial "]),
      Answer(shows: ["Best: trial "]), refused, Answer(shows: ["Best: trial ", "none held out"]), noResult,
      Answer(shows: ["Best: trial 1"])),
    Row(
      "train", ["train"] + dataset,
      Answer(shows: ["Last epoch 3 of 3, the only one validated (eval_step=0)", "test      0."]),
      Answer(shows: ["Best epoch 3 of 3", "test      0."]),
      Answer(
        shows: [
          "Last epoch 3 of 3, without validation samples to find the best", "valid  none held out", "test      0.",
        ],
        hides: ["  best"]),
      Answer(shows: ["Best epoch", "test   none held out"]),
      Answer(status: 1, shows: ["the training diverged"], hides: ["test "]),
      Answer(shows: ["Untrained weights (epochs=0)", "test      0."])),
  ]

  @Test(arguments: Situation.allCases)
  func `Each option has something to go by, or is refused or left out with a sentence`(situation: Situation) throws {
    let program = try Self.program(situation.parameters)
    let column = try #require(Situation.allCases.firstIndex(of: situation))
    for row in Self.table {
      let isTraining = row.command.first == "train" || row.command.first?.hasPrefix("--") == true
      let rate = situation == .diverged && row.command.first == "train" ? ["--learning_rate=1e25"] : []
      let ending = try program.run(row.command + (isTraining ? situation.arguments : []) + rate)
      let (answer, text) = (row.cells[column], ending.output + ending.errors)
      #expect(row.cells.count == Situation.allCases.count)
      #expect(ending.status == answer.status, "\(row.name): \(text)")
      for piece in answer.shows { #expect(text.contains(piece), "\(row.name): \(text)") }
      for piece in answer.hides + ["nan"] where !(situation == .diverged && piece == "nan") {
        #expect(!text.contains(piece), "\(row.name): \(text)")
      }
    }
    let verified = try program.run(["verify"])
    #expect(verified.status == (situation == .testOnly ? 2 : 0), "\(verified.output)")
  }
}
