import Foundation
import Testing

/// Data and settings in which masks can count in the loss nowhere, or almost nowhere, through the real program.
@Suite struct TrainableTests {
  private static let why = "and a mask on the first item never counts in the loss"

  /// A program with the dataset `shop`, whose users have so many rows each.
  private static func program(rows: [Int]) throws -> Program {
    let program = try Program()
    let lines = rows.enumerated().flatMap { user, count in
      (0..<count).map { "u\(user)\ti\((user * 7 + $0 * 3) % 20)\t\($0)\n" }
    }
    try program.write(
      "user_id:token\titem_id:token\ttimestamp:float\n" + lines.joined(), to: "datasets/shop/shop.inter")
    try program.write("learning_rate choice [0.01,0.0001]\n", to: "hyper.test")
    return program
  }

  private static let settings = ["--dataset=shop", "--epochs=2", "--hidden_size=8"]

  @Test(arguments: [
    ([Int](repeating: 4, count: 40), [], "40 training samples: all their histories have one item", "5 rows"),
    ([3, 3, 2], ["--eval_args={'split':{'LS':'valid_only'}}"], "3 training samples", "4 rows"),
    ([3], ["--eval_args={'split':{'LS':'test_only'}}"], "1 training sample: its history has one item", "4 rows"),
    ([4, 9], ["--user_inter_num_interval=[2,4]"], "1 training sample", "5 rows"),
  ])
  func `Where all training histories have one item, nothing starts`(
    rows: [Int], arguments: [String], found: String, expected: String
  ) throws {
    let program = try Self.program(rows: rows)
    for command in [["train"], ["--params_file=hyper.test"]] {
      let ending = try program.run(command + Self.settings + arguments)
      #expect(ending.status == 2 && ending.output.isEmpty)
      #expect(
        ending.errors.contains("shop: found nothing to learn in \(found)") && ending.errors.contains(Self.why)
          && ending.errors.contains("; expected users with at least \(expected)\n"), "\(ending.errors)")
    }
    #expect(!program.exists("studies"))
    // Measuring untrained weights and describing the data need no training.
    let untrained = ["train", "--dataset=shop", "--epochs=0", "--hidden_size=8"]
    #expect(try program.run(untrained + arguments).status == 0)
    let described = try program.run(["dataset", "describe", "shop"] + arguments)
    #expect(described.status == 0 && described.output.contains(#/trainable +0 of /#), "\(described.output)")
  }

  @Test(arguments: ["0", "0.5", "1"])
  func `Histories of one item are refused as a setting`(ftRatio: String) throws {
    let program = try Program()
    try program.write("MAX_ITEM_LIST_LENGTH choice [1,10]\n", to: "hyper.test")
    let alone = try program.run(["train", "--MAX_ITEM_LIST_LENGTH=1", "--ft_ratio=\(ftRatio)"])
    #expect(alone.status == 2)
    #expect(
      alone.errors
        == "error: --MAX_ITEM_LIST_LENGTH: found 1, so that every history has one item, \(Self.why); "
        + "expected 2 or more\n")
    let study = try program.run(["--params_file=hyper.test", "--ft_ratio=\(ftRatio)"])
    #expect(study.status == 2 && study.errors.contains("1 of 2 configurations are impossible"), "\(study.errors)")
    #expect(study.errors.contains("every history has one item") && study.errors.contains("in MAX_ITEM_LIST_LENGTH:1\n"))
    #expect(!program.exists("studies"))
  }

  @Test func `A tuned setting that leaves nothing to learn is refused with the configuration that has it`() throws {
    let program = try Self.program(rows: [4, 4, 4])
    try program.write(
      "n_layers choice [1,2]\neval_args choice [{'split':{'LS':'valid_and_test'}},{'split':{'LS':'test_only'}}]\n",
      to: "hyper.test")
    let ending = try program.run(["--params_file=hyper.test"] + Self.settings)
    #expect(ending.status == 2)
    #expect(
      ending.errors.contains("in 2 of 4 configurations, such as") && ending.errors.contains("valid_and_test"),
      "\(ending.errors)")
    #expect(ending.errors.count { $0 == "\n" } == 1, "\(ending.errors)")
    #expect(!program.exists("studies"))
  }

  @Test func `Where few samples can teach, their number is said`() throws {
    let program = try Self.program(rows: [Int](repeating: 4, count: 9) + [7])
    let said =
      "3 of 13 training samples, from 1 of 10 users, can teach the model anything; histories of one item cannot"
    for command in [["train"], ["--params_file=hyper.test"]] {
      let ending = try program.run(command + Self.settings)
      #expect(ending.status == 0 && ending.errors.contains("note: only \(said)"), "\(ending.errors)")
    }
    let described = try program.run(["dataset", "describe", "shop"])
    #expect(described.output.contains("\n  trainable      \(said)"), "\(described.output)")
    let enough = try Self.program(rows: [7, 7])
    let run = try enough.run(["train"] + Self.settings)
    #expect(run.status == 0 && !run.errors.contains("teach"), "\(run.errors)")
  }

  @Test func `An epoch in which no mask counted has no loss anywhere`() throws {
    let program = try Self.program(rows: [5, 4])
    try program.write("n_layers choice [1]\n", to: "hyper.test")
    let settings = [
      "--dataset=shop", "--epochs=12", "--hidden_size=8", "--ft_ratio=0", "--mask_ratio=0.5",
      "--MAX_ITEM_LIST_LENGTH=2", "--stopping_step=100",
    ]
    let alone = try program.run(["train"] + settings)
    #expect(alone.status == 0, "\(alone.errors)")
    let lines = alone.errors.split(separator: "\n").filter { $0.hasPrefix("epoch ") }
    #expect(lines.count == 12)
    let without = lines.filter { $0.contains("  no loss: no mask counted  ") }.count
    #expect((1...11).contains(without) && !alone.errors.contains("loss 0.0000"), "\(alone.errors)")

    let study = try program.run(["--params_file=hyper.test"] + settings)
    #expect(study.status == 0, "\(study.errors)")
    let story = try program.run(["show", "bert4rec-shop-hyper", "1", "--format=json"])
    let json = try #require(try JSONSerialization.jsonObject(with: Data(story.output.utf8)) as? [String: Any])
    let points = try #require(json["curve"] as? [[String: Any]]).filter { $0["metric"] as? String == "train.loss" }
    #expect(points.count == 12 && points.count { $0["value"] as? Double == nil } == without, "\(points)")
    #expect(points.allSatisfy { $0["value"] as? Double != 0 })
    let shown = try program.run(["show", "bert4rec-shop-hyper", "1"]).output
    #expect(!shown.contains("nan"), "\(shown)")
    let check = try program.run(["verify"])
    #expect(check.status == 0, "\(check.output)")
  }
}
