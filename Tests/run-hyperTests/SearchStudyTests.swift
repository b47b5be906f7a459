import Foundation
import Testing

/// Searching with the real program: everything is tried, pruning is undone, searches end when they are to and go on as if they had not.
@Suite(.serialized) struct SearchStudyTests {
  private static let name = "bert4rec-grocery-hyper"

  /// Eight configurations.
  private static let eight = """
    learning_rate choice [0.01,0.001]
    hidden_dropout_prob choice [0.2,0.5]
    n_layers choice [1,2]

    """

  private static func program(_ parameters: String = eight) throws -> Program {
    let program = try Program()
    try program.write(parameters, to: "hyper.test")
    return program
  }

  /// The 80 configurations at the root.
  private static var eighty: String {
    get throws { try String(contentsOf: Program.home.appendingPathComponent("hyper.test"), encoding: .utf8) }
  }

  private static func search(_ program: Program, _ arguments: String...) throws -> Program.Ending {
    try search(program, arguments)
  }

  private static func search(_ program: Program, _ arguments: [String]) throws -> Program.Ending {
    try program.run(["--params_file=hyper.test"] + arguments)
  }

  private struct Board: Decodable {
    struct Row: Decodable {
      let trial: Int
      let state: String
      let epochs: Int
      let value: Double?
      let costTflop: Double?
      let repeatedValues: [Double]
    }

    let rows: [Row]
    let trials: Int
    let ended: Int
  }

  private static func board(_ program: Program) throws -> Board {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let text = try program.run(["leaderboard", "--top=0", "--format=json"]).output
    return try decoder.decode(Board.self, from: Data(text.utf8))
  }

  private static func csv(_ program: Program) throws -> String {
    try program.run(["leaderboard", "--top=0", "--format=csv"]).output
  }

  /// The parameters and values of a leaderboard, without the numbers of the trials.
  private static func results(_ csv: String) -> Set<String> {
    Set(csv.split(separator: "\n").map { $0.split(separator: ",").dropFirst(2).joined(separator: ",") })
  }

  // MARK: - Everything, once

  @Test func `All 80 configurations run, and at random the same 80, each once, also in two parts`() throws {
    let grid = try Self.program(Self.eighty)
    #expect(try Self.search(grid, "--epochs=1", "--train_batch_size=8192").status == 0)
    let board = try Self.board(grid)
    #expect(board.rows.count == 80 && board.rows.allSatisfy { $0.state == "completed" && $0.epochs == 1 })
    #expect(board.rows.allSatisfy { ($0.costTflop ?? 0) > 0 })

    let random = try Self.program(Self.eighty)
    let half = try Self.search(random, "--epochs=1", "--train_batch_size=8192", "--algo=random", "--max_evals=40")
    #expect(half.output.contains("40 trials: 40 completed"))
    let all = try Self.search(random, "--epochs=1", "--train_batch_size=8192", "--algo=random", "--max_evals=80")
    #expect(
      all.errors.contains("so far    40 of 80 trials finished") && all.errors.contains("40 added"), "\(all.errors)")
    let csv = try Self.csv(random)
    #expect(csv.split(separator: "\n").count == 81)
    #expect(try Self.results(csv) == Self.results(Self.csv(grid)))
  }

  @Test func `A shuffled grid is the grid in another order, and says so`() throws {
    let program = try Self.program()
    let shuffled = try Self.search(program, "--shuffle", "--epochs=1")
    #expect(
      shuffled.errors.contains("8 configurations of learning_rate, hidden_dropout_prob, n_layers, in random order"))
    let grid = try Self.program()
    #expect(try Self.search(grid, "--epochs=1").status == 0)
    #expect(try Self.csv(program) != Self.csv(grid))
    #expect(try Self.results(Self.csv(program)) == Self.results(Self.csv(grid)))
  }

  @Test func `A search by proposals that is killed goes on as if it had not been`() throws {
    let parameters = "learning_rate loguniform_bounds 0.0005,0.01\nn_layers quniform 1,2,1\nn_heads choice [1,2]\n"
    let arguments = ["--params_file=hyper.test", "--algo=bayes", "--max_evals=16", "--epochs=2", "--workers=1"]
    let whole = try Self.program(parameters)
    let ending = try whole.run(arguments)
    #expect(ending.status == 0)
    #expect(ending.errors.contains("bayes     16 configurations of learning_rate, n_layers, n_heads"))
    #expect(ending.errors.contains("from 0.0005 to 0.01, even in the logarithm"))
    let killed = try Self.program(parameters)
    // In the third, the sixth and the tenth trial.
    for count in [5, 7, 9] {
      #expect(try killed.run(arguments, environment: Pausing.deathAfterReport(count)).status == -SIGKILL)
    }
    #expect(try killed.run(arguments).status == 0)
    #expect(try Self.csv(killed) == Self.csv(whole))
  }

  // MARK: - Pruning

  @Test func `Successive halving over 80 configurations trains at most 250 of 2,160 epochs, also when it is killed`()
    throws
  {
    let program = try Self.program(Self.eighty)
    let arguments = ["--params_file=hyper.test", "--epochs=27", "--pruner=asha", "--workers=2"]
    for count in [10, 40, 40] {
      let environment = Pausing.deathAfterReport(count).merging(["RUN_HYPER_CHECKPOINT_SECONDS": "0"]) { $1 }
      #expect(try program.run(arguments, environment: environment).status == -SIGKILL)
    }
    let ending = try program.run(arguments)
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(
      ending.errors.contains(
        "pruner    asha: after epochs 1, 3 and 9, the best third of trials continues (up to 27 epochs)"))
    #expect(ending.output.contains("pruned at") && ending.output.contains("Best: trial "))
    let board = try Self.board(program)
    #expect(board.rows.count == 80 && board.rows[0].state == "completed")
    #expect(board.rows.map(\.epochs).reduce(0, +) <= 250)
    let show = try program.run(["show", Self.name, "best"]).output
    for piece in ["Rungs", "continues, among the best", "asha first_rung=1 reduction_factor=3", "pruned"] {
      #expect(show.contains(piece), "\(show)")
    }
    let json = try JSONSerialization.jsonObject(
      with: Data(try program.run(["show", Self.name, "best", "--format=json"]).output.utf8))
    let rungs = try #require((json as? [String: Any])?["rungs"] as? [[String: Any]])
    #expect(rungs.compactMap { $0["decision"] as? String }.prefix(2) == ["stop", "promote"])
    func trials(_ sort: String) throws -> [Substring] {
      let board = try program.run(["leaderboard", Self.name, "--top=0", "--format=csv", "--sort=\(sort)"])
      return board.output.split(separator: "\n").dropFirst().map { $0.split(separator: ",")[1] }
    }
    // Pruned trials come after all completed ones, and before them in the other order.
    #expect(try trials("-ndcg@10") == trials("ndcg@10").reversed() && trials("ndcg@10").count > 2)
    // Nothing is left to do, whichever way it is asked for.
    #expect(try program.run(["resume"]).errors.contains("is finished"))
    let again = try program.run(arguments)
    #expect(again.output == ending.output)
  }

  @Test
  func `While trials of a halving study can still go on they wait, and its leaderboard has the columns of the end`()
    throws
  {
    let program = try Self.program("learning_rate choice [0.01,0.001]\nn_layers choice [1,2]\n")
    let arguments = ["--params_file=hyper.test", "--epochs=4", "--pruner=asha", "--workers=1"]
    // Dies when it has taken the fourth trial: three have come to the first rung, of the last two the longer one.
    #expect(try program.run(arguments, environment: ["RUN_HYPER_FAULT": "claim-committed:4"]).status == -SIGKILL)
    func decisions(_ trial: String) throws -> [String] {
      let text = try program.run(["show", Self.name, trial]).output
      let rungs = try #require(text.components(separatedBy: "Rungs\n").last?.components(separatedBy: "\n\n").first)
      return rungs.split(separator: "\n").dropFirst().map {
        String($0.firstMatch(of: #/\d of \d +(.+?)  /#)?.output.1 ?? $0)
      }
    }
    #expect(try [1, 2, 4].map { try decisions("\($0)") } == [["waits"], ["waits"], ["waits"]])
    func header(_ arguments: String...) throws -> [String] {
      let text = try program.run(["leaderboard"] + arguments).output
      return text.prefix { $0 != "\n" }.components(separatedBy: "  ").map { $0.trimmingCharacters(in: .whitespaces) }
        .filter { !$0.isEmpty }
    }
    let start = [
      "rank", "trial", "ndcg@10", "95 % interval", "tied", "pruned at", "TFLOP", "learning_rate", "n_layers",
    ]
    #expect(try header() == start)

    #expect(try program.run(arguments).status == 0)
    #expect(try header().prefix(9) == start[...])
    #expect(
      try header("--sort=ndcg@3").prefix(5) == ["rank", "trial", "ndcg@3", "95 % interval", "tied"])
    #expect(try header("--sort=valid.ndcg@10").prefix(4) == start.prefix(4))
    #expect(try header("--sort=test.ndcg@3")[2] == "test.ndcg@3")
    let best = try decisions("best")
    #expect(best.prefix(2) == ["waited", "continues, among the best"], "\(best)")
    let pruned = try #require(try Self.board(program).rows.last { $0.state == "pruned" })
    #expect(try decisions("\(pruned.trial)").last == "stopped")
  }

  @Test(arguments: ["asha", "hyperband", "median"])
  func `Without the pruner the same study ends with the bytes of one that never had it`(pruner: String) throws {
    let whole = try Self.program()
    let small = ["--epochs=9", "--hidden_size=16", "--inner_size=16"]
    #expect(try Self.search(whole, small).status == 0)
    let program = try Self.program()
    let pruned = try Self.search(program, small + ["--pruner=\(pruner)"])
    #expect(pruned.status == 0)
    let counts = try Self.board(program).rows.map(\.state)
    #expect(counts.contains("pruned") && counts.contains("completed"))
    let rest = try Self.search(program, small + ["--pruner=none"])
    #expect(rest.errors.contains("started again after epoch "))
    #expect(try Self.csv(program) == Self.csv(whole))
  }

  // MARK: - Ends

  @Test func `A search without improvement ends early, says so before and after, and leaves the same for any workers`()
    throws
  {
    let boards = try ["1", "2"].map { workers in
      let program = try Self.program(Self.eighty)
      let ending = try Self.search(
        program, "--epochs=1", "--early_stop=4", "--shuffle", "--workers=\(workers)", "--train_batch_size=8192")
      #expect(ending.status == 0)
      #expect(ending.errors.contains("end       after 4 consecutive trials without improvement (--early_stop)"))
      #expect(ending.errors.contains("Stopped early: 4 consecutive trials up to trial "), "\(ending.errors)")
      #expect(ending.errors.contains("shelved. To run them, use the same command without --early_stop"))
      #expect(try program.run(["studies"]).output.contains("finished"))
      return try Self.csv(program)
    }
    #expect(boards[0] == boards[1])
    #expect((5..<60).contains(boards[0].split(separator: "\n").count))
  }

  @Test func `When the time is up the study waits, and a target ends it with the trial that reached it`() throws {
    let program = try Self.program()
    let first = try Self.search(program, "--epochs=30", "--workers=1", "--timeout=1s")
    #expect(first.status == 0)
    #expect(first.errors.contains("end       after 1s (--timeout); the study can be resumed"))
    #expect(
      first.errors.contains("Time limit reached: ") && first.errors.contains("of 8 trials finished"), "\(first.errors)")
    #expect(try program.run(["studies"]).output.contains("interrupted"))

    let target = try program.run(["resume", "--target=valid.ndcg@10>0.1"])
    #expect(target.status == 0)
    #expect(target.errors.contains("end       when a trial reaches valid.ndcg@10>0.1 (--target)"))
    #expect(target.errors.contains("has reached the target; only it continues"), "\(target.errors)")
    #expect(target.errors.contains("Target reached: trial "))
    let board = try Self.board(program)
    #expect((board.rows.first?.value ?? 0) > 0.1 && board.ended < 8)
    let again = try Self.search(program, "--epochs=30", "--target=valid.ndcg@10>0.1")
    #expect(!again.errors.contains(" started"))
  }

  // MARK: - Again

  @Test func `Failed trials run again when asked to`() throws {
    let program = try Self.program("n_layers choice [1,2]\n")
    #expect(try Self.search(program, "--epochs=1").status == 0)
    let whole = try Self.csv(program)
    // A failure that is gone when the trial runs again, as one of memory or of a disk.
    let sql = """
      DELETE FROM result WHERE trial_id = 1; DELETE FROM user_rank WHERE trial_id = 1;
      DELETE FROM observation WHERE trial_id = 1;
      UPDATE attempt SET ending = 'failed' WHERE trial_id = 1;
      UPDATE trial SET state = 'failed', failure_kind = 'disk', failure_message = 'no space', best_value = NULL
        WHERE id = 1
      """
    try SQLite.run(sql, in: program)
    #expect(try Self.search(program, "--epochs=1").output.contains("trial 1 failed (n_layers:1): no space"))
    let retried = try program.run(["resume", "--retry=failed"])
    #expect(retried.status == 0)
    #expect(retried.errors.contains("retry     1 failed trial runs again"), "\(retried.errors)")
    #expect(try Self.csv(program) == whole)
  }

  @Test func `Several processes repeat together, and none takes the repeats of another for an interruption`() throws {
    for _ in 0..<8 {
      let program = try Self.program("n_heads choice [1,2]\n")
      let arguments = [
        "--params_file=hyper.test", "--epochs=1", "--train_batch_size=8192", "--repeats=2", "--workers=1",
      ]
      let processes = try (0..<4).map { _ in try program.start(arguments) }
      for process in processes {
        process.waitUntilExit()
        #expect(Program.status(of: process) == 0)
      }
      #expect(try program.run(["verify"]).status == 0)
    }
  }

  @Test func `The trials tied with the best are repeated with additional seeds`() throws {
    let program = try Self.program("n_heads choice [1,2]\n")
    let ending = try Self.search(program, "--epochs=3", "--repeats=2")
    #expect(ending.status == 0)
    #expect(
      ending.errors.contains("repeats   when the search is done, 2 additional seeds for every trial tied with the best")
    )
    #expect(ending.errors.contains("with 2 additional seeds"), "\(ending.errors)")
    #expect(ending.output.contains("2 more seeds"))
    #expect(ending.output.contains("Best over 2 additional seeds: trial "))
    let repeated = try Self.board(program).rows.filter { !$0.repeatedValues.isEmpty }
    #expect(!repeated.isEmpty && repeated.allSatisfy { $0.repeatedValues.count == 2 })
    // A repeat is a training with that seed.
    let story = try program.run(["show", Self.name, "3"]).output
    let match = try #require(story.firstMatch(of: #/repeats +trial (\d) with seed (\d+)/#))
    let trained = try program.run(["train", "--epochs=3", "--n_heads=\(match.output.1)", "--seed=\(match.output.2)"])
    let line = try #require(trained.output.split(separator: "\n").first { $0.contains("test ") })
    let values = line.split(separator: " ").dropFirst()
    #expect(story.contains("test   " + values.joined(separator: "   ")) || values.allSatisfy { story.contains($0) })
    #expect(try program.run(["resume"]).errors.contains("is finished"))
  }
}
