import Foundation
import Testing

/// Numbers at their limits, through the program's own doors.
@Suite struct NumericStressTests {
  private static func interactions(_ rows: [String]) -> String {
    "user_id:token\titem_id:token\ttimestamp:float\n"
      + rows.map { $0.split(separator: " ").joined(separator: "\t") + "\n" }.joined()
  }

  /// A program with a dataset of its own.
  private static func program(_ rows: [String]) throws -> Program {
    let program = try Program()
    try program.write(interactions(rows), to: "datasets/own/own.inter")
    return program
  }

  private static func users(_ count: Int, rows: Int, items: Int) -> [String] {
    (0..<count).flatMap { user in (0..<rows).map { "u\(user) i\((user + $0) % items) \($0)" } }
  }

  @Test func `A learning rate that explodes ends as diverged, with its epoch and last finite loss, and ranks last`()
    throws
  {
    let program = try Program()
    try program.write("learning_rate choice [1e30, 0.001]\n", to: "hyper.test")
    // One batch an epoch: its loss is finite, and what it leaves is not.
    for (name, batch) in [("several", 512), ("one", 16_384)] {
      let run = try program.run([
        "--params_file=hyper.test", "--study=\(name)", "--epochs=1", "--train_batch_size=\(batch)",
      ])
      #expect(run.status == 0, "\(run.errors)")
      let lines = try program.run(["leaderboard", name, "--format=csv"]).output.split(separator: "\n")
      try #require(lines.count == 3, "\(run.errors)")
      #expect(lines[1].hasPrefix("1,2,completed,0."), "\(lines)")
      #expect(lines[2].hasPrefix("2,1,diverged,,"), "\(lines)")
      let story = try program.run(["show", name, "1"]).output
      #expect(
        story.firstMatch(
          of: #/epoch 1.* (is not a number|is infinite|are not numbers); the last finite loss was \d+\.\d+/#)
          != nil, "\(story)")
    }
    let alone = try program.run(["train", "--learning_rate=1e30", "--epochs=2", "--train_batch_size=16384"])
    #expect(alone.status == 1 && alone.errors.contains("error: the training diverged: the scores after epoch 1"))
  }

  @Test(arguments: ["1e30", "1e300", "5e-324", "1e-300"])
  func `No optimizer crashes at any rate`(rate: String) throws {
    let program = try Self.program(Self.users(4, rows: 6, items: 5))
    for learner in ["adam", "adamw", "sgd", "adagrad", "rmsprop"] {
      for loss in ["CE", "BPR"] {
        let run = try program.run([
          "train", "--dataset=own", "--epochs=3", "--learning_rate=\(rate)", "--learner=\(learner)",
          "--loss_type=\(loss)", "--weight_decay=0.1", "--clip_grad_norm=1e-30", "--train_batch_size=4",
        ])
        #expect(run.status == 0 || run.status == 1 && run.errors.contains("diverged"), "\(run.status) \(run.errors)")
      }
    }
  }

  @Test func `Of equal scores the item that came first ranks first`() throws {
    // Every weight is 0 and so is every score: items rank by id, which is the order of their first rows.
    let program = try Self.program(["u a 1", "u b 2", "u c 3", "u d 4", "u e 5", "v e 1", "v d 2", "v c 3", "v b 4"])
    let run = try program.run([
      "train", "--dataset=own", "--epochs=0", "--initializer_range=0", "--metrics=['MRR','Hit']", "--topk=[1,5]",
      "--valid_metric=mrr@5",
    ])
    #expect(run.status == 0, "\(run.errors)")
    // Held out for the test: e, the fifth, and b, the second; for validation: d, the fourth, and c, the third.
    let test = run.output.split(separator: "\n").first { $0.contains("test") }?.split(separator: " ").map(String.init)
    #expect(test == ["test", "0.0000", "0.3500", "0.0000", "1.0000"], "\(run.output)")
    let valid = run.output.split(separator: "\n").first { $0.contains("valid") }?.split(separator: " ").map(String.init)
    #expect(valid == ["valid", "0.0000", "0.2917", "0.0000", "1.0000"], "\(run.output)")
  }

  @Test(arguments: [
    (["u a 1", "u a 2", "u a 3", "u a 4", "u a 5"], "one user and one item"),
    (["u a 1", "u b 2", "u a 3", "u b 4", "u a 5"], "one user"),
    ((1...5).flatMap { ["u a \($0)", "v a \($0)"] }, "one item"),
    (["u a 1", "u b 1", "u c 1", "u d 1", "u e 1"], "one time"),
  ])
  func `The least of datasets trains and is measured`(rows: [String], what: String) throws {
    let program = try Self.program(rows)
    let run = try program.run(["train", "--dataset=own", "--epochs=3", "--loss_type=BPR"])
    let other = try program.run(["train", "--dataset=own", "--epochs=3"])
    for ending in [run, other] {
      #expect(ending.status == 0, "\(what): \(ending.errors)")
      #expect(ending.output.contains("test") && !ending.output.contains("nan"))
    }
    #expect(try program.run(["dataset", "describe", "own"]).status == 0)
    if what.contains("one item") { #expect(other.output.contains("1.0000")) }
  }

  @Test func `Without a sample to validate on the last epoch counts, and a study is refused`() throws {
    let program = try Self.program(Self.users(5, rows: 4, items: 4))
    let options = ["--dataset=own", "--epochs=2", "--eval_args={'split':{'LS':'test_only'}}"]
    let run = try program.run(["train"] + options)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("Last epoch 2 of 2, without validation samples to find the best"), "\(run.errors)")
    #expect(run.output.contains("valid  none held out") && !run.output.lowercased().contains("nan"), "\(run.output)")
    try program.write("n_layers choice [1,2]\n", to: "hyper.test")
    let study = try program.run(["--params_file=hyper.test"] + options)
    #expect(study.status == 2)
    #expect(
      study.errors.contains(
        "eval_args: found split test_only, so there is no validation sample to rank trials by; expected valid_and_test, "
          + "or 'run-hyper train' for one configuration"), "\(study.errors)")
    #expect(!program.exists("studies"))
  }

  @Test(arguments: ["nan", "NaN", "inf", "-inf", "", "1e999", "0x10", "1e", "--1", "1_0", "١"])
  func `A time that is no finite number is named with its line`(time: String) throws {
    let program = try Program()
    try program.write(
      "user_id:token\titem_id:token\ttimestamp:float\nu\ta\t1\nu\tb\t\(time)\n", to: "datasets/own/own.inter")
    let run = try program.run(["train", "--dataset=own"])
    #expect(run.status == 2)
    #expect(
      run.errors.contains("own.inter:3: found timestamp '\(time)'; expected a finite number"), "\(run.errors)")
  }

  @Test func `In a column that filters, a missing number meets no condition, an infinite one those that reach so far`()
    throws
  {
    let program = try Program()
    let ratings = ["5", "nan", "", "inf", "-inf", "3", "4", "NULL", "5", "5", "4"]
    let rows = ratings.enumerated().map { "u\ti\($0.offset)\t\($0.element)\t\($0.offset)\n" }.joined()
    try program.write(
      "user_id:token\titem_id:token\trating:float\ttimestamp:float\n" + rows, to: "datasets/own/own.inter")
    for (interval, kept) in [("[3,inf)", 6), ("[3,inf]", 7), ("(-inf,inf)", 6), ("[-inf,inf]", 8)] {
      let run = try program.run(["dataset", "describe", "own", "--val_interval={'rating':'\(interval)'}"])
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output.contains("\(kept)"), "\(interval): \(run.output)")
    }
    try program.write(
      "user_id:token\titem_id:token\trating:float\ttimestamp:float\n" + rows + "u\ta\tgood\t99\n",
      to: "datasets/own/own.inter")
    let run = try program.run(["train", "--dataset=own", "--val_interval={'rating':'[3,inf)'}"])
    #expect(run.status == 2 && run.errors.contains("own.inter:13: found 'good' in a float column"), "\(run.errors)")
  }
}
