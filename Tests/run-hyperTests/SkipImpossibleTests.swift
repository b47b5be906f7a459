import Foundation
import Testing

/// Configurations that cannot be trained are listed and refused, or left out when that is asked for.
@Suite(.serialized) struct SkipImpossibleTests {
  private static let name = "bert4rec-grocery-hyper"

  /// 27 configurations, of which the nine with a learning rate of 0 are impossible, as in a published file.
  private static let published = """
    learning_rate choice [0.01,0,0.001]
    hidden_dropout_prob choice [0.1,0.2,0.3]
    mask_ratio choice [0.2,0.4,0.6]

    """
  private static let arguments = [
    "--params_file=hyper.test", "--epochs=1", "--train_batch_size=8192", "--hidden_size=8", "--inner_size=8",
    "--workers=1",
  ]

  private static func program(_ parameters: String = published) throws -> Program {
    let program = try Program()
    try program.write(parameters, to: "hyper.test")
    return program
  }

  private static func csv(_ program: Program) throws -> [String] {
    try program.run(["leaderboard", "--top=0", "--format=csv"]).output.split(separator: "\n").map(String.init)
  }

  private static func trials(_ program: Program) throws -> Int { try csv(program).count - 1 }

  private static func expectSound(_ program: Program, _ piece: String) throws {
    let ending = try program.run(["verify"])
    #expect(ending.status == 0 && ending.output.contains(piece), "\(ending.output)\(ending.errors)")
  }

  // MARK: - Every combination

  @Test func `Of 27 configurations with nine impossible ones, 18 run`() throws {
    let program = try Self.program()
    let refusal = try program.run(Self.arguments)
    #expect(refusal.status == 2 && !program.exists("studies"))
    #expect(refusal.errors.contains("9 of 27 configurations are impossible; --skip_impossible leaves them out"))
    #expect(refusal.errors.contains("in hidden_dropout_prob:0.1, learning_rate:0, mask_ratio:0.2"))
    let ending = try program.run(Self.arguments + ["--skip_impossible"])
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(
      ending.errors.contains(
        "18 of 27 configurations of learning_rate, hidden_dropout_prob, mask_ratio; 9 impossible ones left out"),
      "\(ending.errors)")
    #expect(ending.errors.contains("left out  9 × hyper.test:1:1: found learning_rate 0; expected number > 0"))
    #expect(try Self.trials(program) == 18)
    #expect(try SQLite.run("SELECT max(ordinal), count(*) FROM trial", in: program) == "18|18\n")
    try Self.expectSound(program, "18 cells of 18 (grid), 18 ended")
    #expect(try program.run(["resume"]).errors.contains("is finished"))
    // The same combinations in a file without the impossible value give the same trials.
    let plain = try Self.program(Self.published.replacing("0.01,0,0.001", with: "0.01,0.001"))
    #expect(try plain.run(Self.arguments).status == 0)
    #expect(try Self.csv(plain) == Self.csv(program))
  }

  @Test func `A study that is killed goes on with what it left out`() throws {
    let whole = try Self.program()
    let arguments = Self.arguments + ["--skip_impossible", "--shuffle"]
    #expect(try whole.run(arguments).status == 0)
    let program = try Self.program()
    let killed = try program.run(arguments, environment: ["RUN_HYPER_FAULT": "end-committed:5"])
    #expect(killed.status != 0)
    try Self.expectSound(program, "18 cells of 18 (shuffled grid)")
    let resumed = try program.run(["resume", "--workers=1"])
    #expect(resumed.status == 0 && resumed.errors.contains("18 of 27 configurations"), "\(resumed.errors)")
    #expect(try Self.csv(program) == Self.csv(whole))
    try Self.expectSound(program, "18 cells of 18 (shuffled grid), 18 ended")
  }

  @Test func `Editing the space adds and shelves possible configurations only`() throws {
    let program = try Self.program("n_heads choice [1,2]\nhidden_size choice [8]\n")
    let arguments = Self.arguments.filter { !$0.hasPrefix("--hidden_size") } + ["--skip_impossible"]
    #expect(try program.run(arguments).status == 0)
    #expect(try Self.trials(program) == 2)
    try program.write("n_heads choice [1,2,3]\nhidden_size choice [8,9]\n", to: "hyper.test")
    let more = try program.run(arguments)
    #expect(more.status == 0)
    #expect(more.errors.contains("4 of 6 configurations") && more.errors.contains("2 added"), "\(more.errors)")
    try Self.expectSound(program, "4 cells of 4 (grid), 4 ended")
    try program.write("n_heads choice [2,3]\nhidden_size choice [8,9]\n", to: "hyper.test")
    #expect(try program.run(arguments).errors.contains("2 shelved"))
    try Self.expectSound(program, "2 cells of 2 (grid), 2 ended")
    // Without the option they are refused as ever, and the study stays as it is.
    let refused = try program.run(arguments.dropLast())
    #expect(refused.status == 2 && refused.errors.contains("2 of 4 configurations are impossible"))
    try Self.expectSound(program, "2 cells of 2 (grid), 2 ended")
  }

  @Test func `Verify finds an impossible configuration in such a study, and a possible one that is missing`() throws {
    let program = try Self.program("n_heads choice [1,2,3]\n")
    #expect(try program.run(Self.arguments + ["--skip_impossible"]).status == 0)
    try SQLite.run("UPDATE study SET search_space = 'n_heads choice [1,2,3,4,5]'", in: program)
    let missing = try program.run(["verify"])
    #expect(missing.status == 1)
    #expect(missing.output.contains("no trial for n_heads:4") && !missing.output.contains("n_heads:5"))
    try SQLite.run(
      """
      UPDATE study SET search_space = 'n_heads choice [1,3]';
      UPDATE trial_parameter SET value = 3, literal = '3' WHERE trial_id = 2
      """, in: program)
    let impossible = try program.run(["verify"]).output
    #expect(impossible.contains("trial 2: found a configuration that cannot be trained: n_heads:3"), "\(impossible)")
  }

  @Test func `Where nothing is possible that is said, and nothing starts`() throws {
    for algorithm in [["--algo=exhaustive"], ["--algo=random"], ["--algo=bayes"]] {
      let program = try Self.program("n_heads choice [3,5]\nlearning_rate choice [0.1,0]\n")
      let ending = try program.run(Self.arguments + ["--skip_impossible"] + algorithm)
      #expect(ending.status == 2 && !program.exists("studies"))
      #expect(
        ending.errors.hasPrefix("error: all 4 configurations are impossible\n2 × hyper.test:"), "\(ending.errors)")
    }
    // What is wrong with all of them is no matter of a configuration.
    let general = try Self.program("hidden_dropout_prob choice [0.1,0.2]\n")
      .run(Self.arguments + ["--skip_impossible", "--n_heads=3"])
    #expect(general.status == 2 && general.errors.hasPrefix("error: --n_heads: found n_heads 3"), "\(general.errors)")
    let both = try Self.program().run(Self.arguments + ["--skip_impossible", "--n_heads=3"])
    #expect(both.status == 2 && both.errors.contains("\n18 × --n_heads: found n_heads 3"), "\(both.errors)")
    let range = try Self.program("learning_rate uniform -2,-1\n")
      .run(Self.arguments + ["--skip_impossible", "--algo=random"])
    #expect(range.status == 2, "\(range.errors)")
    #expect(range.errors.contains("all 100000 configurations are impossible"))
    #expect(range.errors.contains("100000 × hyper.test:1:1: found, for example, learning_rate -1."), "\(range.errors)")
    #expect(range.errors.split(separator: "\n").count == 2)
  }

  @Test func `The option takes no value, and the option of a study alone has it`() throws {
    let program = try Self.program()
    let ending = try program.run(Self.arguments + ["--skip_impossible=True"])
    #expect(ending.status == 2)
    #expect(ending.errors.contains("--skip_impossible: found a value after it; expected --skip_impossible alone"))
    #expect(try program.run(["resume", "--skip_impossible"]).status == 2)
  }

  // MARK: - Draws and proposals

  @Test func `Random draws pass over the impossible ones, and the others stay what they are`() throws {
    let possible = Self.published.replacing("0.01,0,0.001", with: "0.01,0.001")
    let program = try Self.program()
    let random = Self.arguments + ["--algo=random", "--skip_impossible"]
    for limit in [4, 9] {
      let ending = try program.run(random + ["--max_evals=\(limit)"])
      #expect(ending.status == 0 && ending.errors.contains("impossible ones left out"), "\(ending.errors)")
      #expect(try Self.trials(program) == limit)
      try Self.expectSound(program, "\(limit) cells of at most \(limit) (random)")
    }
    let once = try Self.program()
    #expect(try once.run(random + ["--max_evals=9"]).status == 0)
    #expect(try Self.csv(once) == Self.csv(program))
    // All that is possible, and no more, whatever is asked for.
    let all = try program.run(random + ["--max_evals=100"])
    #expect(all.status == 0 && all.errors.contains("18 configurations"), "\(all.errors)")
    try Self.expectSound(program, "18 cells of at most 18 (random), 18 ended")
    #expect(try program.run(["resume"]).errors.contains("is finished"))
    let grid = try Self.program(possible)
    #expect(try grid.run(Self.arguments).status == 0)
    func values(_ program: Program) throws -> Set<String> {
      Set(try Self.csv(program).map { $0.split(separator: ",").dropFirst(2).joined(separator: ",") })
    }
    #expect(try values(grid) == values(program))
  }

  @Test func `Proposals are possible, also after a kill, and end with the last that is`() throws {
    let arguments = Self.arguments + ["--algo=bayes", "--skip_impossible", "--max_evals=100"]
    let whole = try Self.program()
    let ending = try whole.run(arguments)
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(ending.errors.contains("impossible ones left out (9 of 27 examined)"), "\(ending.errors)")
    #expect(try Self.trials(whole) == 18)
    try Self.expectSound(whole, "18 cells of at most 18 (tpe), 18 ended")
    let killed = try Self.program()
    for count in [3, 9] {
      #expect(try killed.run(arguments, environment: ["RUN_HYPER_FAULT": "end-committed:\(count)"]).status != 0)
      try Self.expectSound(killed, "(tpe)")
    }
    #expect(try killed.run(["resume", "--workers=1"]).status == 0)
    #expect(try Self.csv(killed) == Self.csv(whole))
  }

  @Test func `A search that finds nothing possible among its draws ends and says so`() throws {
    // Only whole numbers are possible, and no draw is one.
    let program = try Self.program("hidden_size uniform 32,64\n")
    let ending = try program.run(
      Self.arguments.dropLast(3) + ["--workers=1", "--skip_impossible", "--algo=bayes", "--max_evals=5"])
    #expect(ending.status == 1, "\(ending.errors)")
    #expect(
      ending.errors.contains("no configuration that can be trained among 100000 draws"), "\(ending.errors)")
  }

  @Test func `With a range, draws and proposals are possible and none comes twice`() throws {
    let parameters = "learning_rate uniform -0.01,0.01\nn_heads choice [1,2,3]\n"
    for algorithm in ["random", "bayes"] {
      let program = try Self.program(parameters)
      let ending = try program.run(
        Self.arguments + ["--skip_impossible", "--algo=\(algorithm)", "--max_evals=14"])
      #expect(ending.status == 0, "\(ending.errors)")
      #expect(try Self.trials(program) == 14)
      try Self.expectSound(program, "14 cells of at most 14")
      #expect(
        try SQLite.run(
          """
          SELECT count(*), sum(state = 'completed' OR state = 'diverged') FROM trial
          WHERE id IN (SELECT trial_id FROM trial_parameter WHERE name = 'learning_rate' AND value > 0)
            AND id NOT IN (SELECT trial_id FROM trial_parameter WHERE name = 'n_heads' AND value = 3)
          """, in: program) == "14|14\n")
    }
  }
}
