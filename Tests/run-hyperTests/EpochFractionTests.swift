import Foundation
import Testing

/// `epoch_fraction`, through the real program: epochs that are shares of the training samples.
@Suite(.serialized) struct EpochFractionTests {
  private static let parameters = "learning_rate choice [0.01,0.001]\nn_layers choice [1,2]\n"
  private static let study =
    ["--params_file=hyper.test", "--workers=1", "--epochs=6", "--epoch_fraction=1/3"] + Pausing.small
  private static let pruned = study + ["--pruner=asha", "--reduction_factor=2"]
  private static let environment = ["RUN_HYPER_CHECKPOINT_SECONDS": "0"]

  private static func program(_ parameters: String = parameters) throws -> Program {
    let program = try Program()
    try program.write(parameters, to: "hyper.test")
    return program
  }

  /// Leaderboards, learning curves, ranks and the best weights.
  private static func everything(_ program: Program) throws -> [String] {
    let boards = try ["csv", "json", "table", "markdown"].map {
      try program.run(["leaderboard", "--top=0", "--format=\($0)"]).output
    }
    let rows = try [
      "SELECT trial_id, epoch, metric, value FROM learning_curve ORDER BY 1, 2, 3",
      "SELECT trial_id, split, hex(ranks), hex(other_ranks) FROM user_rank ORDER BY 1, 2",
      "SELECT trial_id, file, sha256 FROM weights",
    ].map { try SQLite.run($0, in: program) }
    return boards + rows
  }

  private static func expectSound(_ program: Program) throws {
    let verified = try program.run(["verify"])
    #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
  }

  @Test func `A study that is pruned, interrupted and killed ends with the bytes of an undisturbed one`() throws {
    let calm = try Self.program()
    #expect(try calm.run(Self.study).status == 0)
    let expected = try Self.everything(calm)

    let program = try Self.program()
    let process = try program.start(
      Self.pruned, environment: Self.environment.merging(Pausing.afterReports(2)) { $1 })
    let number = try Pausing.wait(for: process, in: program)
    kill(number, SIGINT)
    Pausing.resume(number)
    process.waitUntilExit()
    #expect(Program.status(of: process) == 130)
    try Self.expectSound(program)
    let killed = try program.run(
      Self.pruned, environment: Self.environment.merging(Pausing.deathAfterReport(3)) { $1 })
    #expect(killed.status == -SIGKILL)
    try Self.expectSound(program)
    let resumed = try program.run(["resume"], environment: Self.environment)
    #expect(resumed.status == 0, "\(resumed.errors)")
    try Self.expectSound(program)
    // Which trials a pruner stops depends on the order of things, so the rest is trained, too.
    let finished = try program.run(Self.study, environment: Self.environment)
    #expect(finished.status == 0, "\(finished.errors)")
    try Self.expectSound(program)
    #expect(try Self.everything(program) == expected)
  }

  /// The first rung of a halving study; all trials come there.
  @Test func `A rung after a fifth of the samples costs a fifth of a whole epoch`() throws {
    let program = try Self.program()
    for (name, settings) in [
      ("whole", ["--epochs=3"]), ("fifths", ["--epochs=15", "--epoch_fraction=0.2"]),
    ] {
      let study = ["--params_file=hyper.test", "--study=\(name)", "--pruner=asha"] + Pausing.small
      let ending = try program.run(study + settings)
      #expect(ending.status == 0, "\(ending.errors)")
      let line = "\n  epoch     a fifth of the training samples (epoch_fraction=0.2)\n"
      #expect(ending.errors.contains(line) == (name == "fifths"), "\(ending.errors)")
      let statement = "\nAn epoch is a fifth of the training samples (epoch_fraction=0.2).\n"
      #expect(ending.output.contains(statement) == (name == "fifths"), "\(ending.output)")
    }
    func costs(_ study: String) throws -> [Double] {
      let rows = try SQLite.run(
        "SELECT epoch_cost FROM trial JOIN study ON study.id = study_id WHERE study.name = '\(study)' ORDER BY ordinal",
        in: program)
      return rows.split(separator: "\n").compactMap { Double($0) }
    }
    let (whole, fifths) = (try costs("whole"), try costs("fifths"))
    #expect(whole.count == 4 && fifths.count == 4)
    // The rest is the validation, which each epoch has.
    for (whole, fifth) in zip(whole, fifths) { #expect(fifth > 0.2 * whole && fifth < 0.3 * whole) }
    let arrivals = try SQLite.run(
      "SELECT count(DISTINCT trial_id) FROM decision JOIN study ON study.id = study_id "
        + "WHERE study.name = 'fifths' AND epoch = 1", in: program)
    #expect(arrivals == "4\n")
  }

  @Test func `Reports of a study say what an epoch is`() throws {
    let program = try Self.program("n_layers choice [1]\n")
    let settings = ["--params_file=hyper.test", "--epochs=2"] + Pausing.small
    for (name, more) in [("whole", []), ("tenths", ["--epoch_fraction=0.1"])] {
      let ending = try program.run(settings + ["--study=\(name)"] + more)
      #expect(ending.status == 0, "\(ending.errors)")
    }
    let meaning = "a tenth of the training samples (epoch_fraction=0.1)"
    for (name, isSaid) in [("whole", false), ("tenths", true)] {
      for format in ["table", "markdown"] {
        let board = try program.run(["leaderboard", name, "--format=\(format)"]).output
        #expect(board.contains("\nAn epoch is \(meaning).\n") == isSaid, "\(board)")
      }
      let story = try program.run(["show", name, "1"]).output
      #expect(story.contains("  \(meaning)\n") == isSaid, "\(story)")
      #expect(story.contains(" --epoch_fraction=0.1") == isSaid, "\(story)")
      let json = try program.run(["show", name, "1", "--format=json"]).output
      #expect(json.contains("\"epoch_fraction\" : 0.1") == isSaid, "\(json)")
      #expect(try program.run(["chart", name, "--to=page.html"]).status == 0)
      let page = try String(contentsOf: program.folder.appendingPathComponent("page.html"), encoding: .utf8)
      #expect(page.contains("\"epochShare\":\"a tenth of the training samples\"") == isSaid)
      let fixed = try SQLite.run("SELECT fixed_configuration FROM study WHERE name = '\(name)'", in: program)
      #expect(fixed.contains("epoch_fraction") == isSaid)
    }
    let refused = try program.run(settings + ["--study=tenths", "--epoch_fraction=0.2"])
    #expect(refused.status == 2 && refused.errors.contains("epoch_fraction"), "\(refused.errors)")
  }

  @Test func `Weights of a run of shares are evaluated as it measured them`() throws {
    let program = try Program()
    let trained = try program.run(
      ["train", "--epochs=4", "--epoch_fraction=0.333", "--save=w.safetensors"] + Pausing.small)
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.errors.contains(" of memory. An epoch is a third of the training samples (epoch_fraction=1/3)."))
    #expect(trained.errors.contains("\nepoch 4  "), "\(trained.errors)")
    let evaluated = try program.run(["evaluate", "--weights=w.safetensors"])
    #expect(evaluated.status == 0, "\(evaluated.errors)")
    func test(_ text: String) throws -> [Substring] {
      try #require(text.split(separator: "\n").last { $0.hasPrefix("test") }).split(separator: " ")
    }
    #expect(try test(evaluated.output) == test(trained.output))
  }

  @Test func `It is the same for all trials of a study`() throws {
    for values in ["[0.2,1]", "[0.2]"] {
      let program = try Self.program("n_layers choice [1,2]\nepoch_fraction choice \(values)\n")
      let ending = try program.run(["--params_file=hyper.test", "--epochs=1"])
      #expect(ending.status == 2)
      #expect(
        ending.errors.contains(
          "hyper.test:2:1: found parameter 'epoch_fraction', which all trials of a study share; "
            + "expected --epoch_fraction=VALUE on the command line"), "\(ending.errors)")
      #expect(!program.exists("studies"))
    }
  }

  @Test(arguments: ["0.3", "0", "-0.5", "2", "None", "a fifth", "1/101"])
  func `A share whose reciprocal is not whole is refused`(value: String) throws {
    let program = try Self.program()
    for command in [["train"], ["--params_file=hyper.test"]] {
      let ending = try program.run(command + ["--epoch_fraction=\(value)"])
      #expect(
        ending.status == 2 && ending.errors.contains("--epoch_fraction: found '\(value)'; expected 1, 1/2, 1/3"),
        "\(ending.errors)")
    }
    #expect(!program.exists("studies"))
  }

  @Test func `Epochs without a sample are refused`() throws {
    let program = try Self.program()
    let rows = (0..<4).flatMap { user in (0..<6).map { "u\(user)\ti\((user * 7 + $0 * 3) % 20)\t\($0)\n" } }
    try program.write(
      "user_id:token\titem_id:token\ttimestamp:float\n" + rows.joined(), to: "datasets/shop/shop.inter")
    for command in [["train"], ["--params_file=hyper.test"]] {
      let settings = command + ["--dataset=shop", "--epochs=2"] + Pausing.small
      let refused = try program.run(settings + ["--epoch_fraction=0.05"])
      #expect(refused.status == 2 && !program.exists("studies"))
      #expect(
        refused.errors.contains(
          "shop: found 12 training samples for epochs of 1/20 of them; expected a larger epoch_fraction, or at least 20 "
            + "training samples"), "\(refused.errors)")
      let taken = try program.run(settings + ["--epoch_fraction=1/12"])
      #expect(taken.status == 0, "\(taken.errors)")
    }
  }
}
