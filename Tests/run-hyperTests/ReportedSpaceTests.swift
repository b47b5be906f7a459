import Foundation
import Testing

/// Parameter files as people have them: large spaces, doubled values, ranges written otherwise than they are meant.
@Suite(.serialized) struct ReportedSpaceTests {
  private static let small = [
    "--params_file=hyper.test", "--epochs=1", "--train_batch_size=8192", "--hidden_size=8", "--inner_size=8",
    "--workers=1",
  ]

  private static func program(_ parameters: String) throws -> Program {
    let program = try Program()
    try program.write(parameters, to: "hyper.test")
    return program
  }

  private static func csv(_ program: Program) throws -> [String] {
    try program.run(["leaderboard", "--top=0", "--format=csv"]).output.split(separator: "\n").map(String.init)
  }

  private static func expectSound(_ program: Program, _ piece: String) throws {
    let ending = try program.run(["verify"])
    #expect(ending.status == 0 && ending.output.contains(piece), "\(ending.output)\(ending.errors)")
  }

  // MARK: - Large spaces

  /// 120,000 combinations, as in A05, and about 10²⁰.
  private static let rates = "[0,0.05,0.1,0.15,0.2,0.25,0.3,0.35,0.4,0.5]"
  private static let reported = """
    learning_rate choice [0.01,0.003,0.001,0.0003,0.0001,0.03,0.0005,0.005,0.002,0.0002]
    hidden_dropout_prob choice \(rates)
    attn_dropout_prob choice \(rates)
    mask_ratio choice [0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1.0]
    weight_decay choice [0,1e-7,1e-6,1e-5,1e-4,1e-3]
    ft_ratio choice [0,0.5]

    """
  private static let huge = """
    learning_rate choice [\((1...10_000).map { "\(Double($0) / 1e6)" }.joined(separator: ","))]
    hidden_dropout_prob quniform 0,0.9999,0.0001
    attn_dropout_prob quniform 0,0.9999,0.0001
    mask_ratio quniform 0.1,1,0.0001
    weight_decay quniform 0,0.001,0.0000001
    n_layers choice [1,2]
    MAX_ITEM_LIST_LENGTH choice [20,50]

    """

  @Test(arguments: [reported, huge], ["random", "bayes"])
  func `Draws and proposals have no limit of combinations`(parameters: String, algorithm: String) throws {
    let program = try Self.program(parameters)
    let arguments = Self.small + ["--algo=\(algorithm)", "--skip_impossible"]
    #expect(try program.run(arguments + ["--max_evals=3"]).status == 0)
    #expect(try Self.csv(program).count == 4)
    try Self.expectSound(program, "3 cells of at most 3")
    let before = try SQLite.run("SELECT fingerprint FROM trial ORDER BY id", in: program)
    #expect(try program.run(["resume"]).errors.contains("is finished"))
    let more = try program.run(arguments + ["--max_evals=14"])
    #expect(more.status == 0 && more.errors.contains("14 configurations"), "\(more.errors)")
    #expect(try SQLite.run("SELECT fingerprint FROM trial ORDER BY id", in: program).hasPrefix(before))
    #expect(try SQLite.run("SELECT count(DISTINCT fingerprint) FROM trial", in: program) == "14\n")
    try Self.expectSound(program, "14 cells of at most 14")
    #expect(try program.run(["leaderboard"]).status == 0)
    #expect([0, 2].contains(try program.run(["importance"]).status))
  }

  @Test func `Importance is answered for ranges from 30 trials on`() throws {
    let program = try Self.program("learning_rate loguniform -8,-4\nhidden_dropout_prob uniform 0,0.5\n")
    let arguments = Self.small + ["--algo=random"]
    #expect(try program.run(arguments + ["--max_evals=2"]).status == 0)
    let early = try program.run(["importance"])
    #expect(early.status == 2 && early.output.isEmpty)
    #expect(
      early.errors.hasSuffix("not enough trials yet: 2 have completed; 30 would be enough\n"), "\(early.errors)")
    #expect(try program.run(arguments + ["--max_evals=30"]).status == 0)
    let table = try program.run(["importance"])
    #expect(table.status == 0 && table.output.contains(" in 30 trials\nrandom forest: "), "\(table.output)")
    #expect(table.output.contains("\nlearning_rate × hidden_dropout_prob "), "\(table.output)")
    #expect(table.output.contains("\nlearning_rate        0.0003355 to "), "\(table.output)")
    let json = try program.run(["importance", "--split=test", "--format=json"])
    #expect(json.status == 0 && json.output.contains("\"method\" : \"forest\""), "\(json.output)")
    #expect(try program.run(["importance", "--split=test", "--format=json"]).output == json.output)
  }

  @Test func `An exhaustive search of too many combinations names the way out`() throws {
    let ending = try Self.program(Self.reported).run(Self.small)
    #expect(ending.status == 2)
    #expect(
      ending.errors
        == "error: hyper.test:6:1: found more than 100000 combinations up to 'ft_ratio' in an exhaustive search; "
        + "expected at most 100000, or --algo=random --max_evals=N, which draws N of them\n")
  }

  @Test func `A seed or a size that is possible with tuned values only is no obstacle to a random search`() throws {
    let program = try Self.program("n_heads choice [3,11]\nlearning_rate choice [0.01,0.001]\n")
    let arguments = Self.small.filter { !$0.hasPrefix("--hidden_size") } + ["--hidden_size=33", "--seed=5"]
    #expect(try program.run(arguments + ["--algo=random", "--max_evals=2", "--repeats=1"]).status == 0)
    try Self.expectSound(program, "2 cells of at most 2")
    #expect(try SQLite.run("SELECT seed FROM study", in: program) == "5\n")
  }

  // MARK: - Values twice

  @Test func `A value that stands twice is trained once, and taking it away changes nothing`() throws {
    let plain = "attn_dropout_prob choice [0.2]\nn_layers choice [1, 2]\n"
    let program = try Self.program("attn_dropout_prob choice [0.2,0.20]\nn_layers choice [1,2,1.0]\n")
    let first = try program.run(Self.small)
    #expect(first.status == 0, "\(first.errors)")
    #expect(
      first.errors.contains(
        "note      hyper.test:1:1: the list of attn_dropout_prob repeats 0.2; each value counts once"))
    #expect(first.errors.contains("n_layers repeats 1 (also written 1.0)"))
    try Self.expectSound(program, "2 cells of 2 (grid), 2 ended")
    #expect(try SQLite.run("SELECT search_space FROM study", in: program) == plain + "\n")
    let never = try Self.program(plain)
    #expect(try never.run(Self.small).status == 0)
    let sql = "SELECT fingerprint, configuration FROM trial ORDER BY id"
    #expect(try SQLite.run(sql, in: program) == SQLite.run(sql, in: never))
    #expect(try Self.csv(program) == Self.csv(never))
    try program.write(plain, to: "hyper.test")
    let edited = try program.run(Self.small)
    #expect(edited.status == 0 && !edited.errors.contains("changed") && !edited.errors.contains(" started"))
    #expect(!edited.errors.contains("counts once"))
  }

  // MARK: - Ranges

  @Test(arguments: [
    ("learning_rate loguniform -8 0", "expected LOW,HIGH as natural logarithms, such as -8,-4"),
    ("learning_rate uniform 0.1 0.2", "expected LOW,HIGH such as 0.1,0.5"),
    ("learning_rate loguniform_bounds 1e-4:1e-2", "expected LOW,HIGH such as 0.0001,0.01"),
    ("hidden_size quniform 32,128", "expected LOW,HIGH,STEP such as 32,128,32"),
    ("n_layers choice [1, 2", "found the end of the line inside a list; expected ']' to close the list"),
    ("n_layers uniform 1,3", "such as n_layers choice [1, 2, 3]"),
  ])
  func `An error in a line says what the line should look like`(line: String, message: String) throws {
    let ending = try Self.program(line + "\n").run(Self.small)
    #expect(ending.status == 2 && ending.errors.contains(message), "\(ending.errors)")
    #expect(ending.errors.split(separator: "\n").count == 1)
  }

  @Test(arguments: ["random", "bayes"])
  func `A range that meets the whole numbers by chance alone is refused for a parameter of whole numbers`(
    algorithm: String
  ) throws {
    let ending = try Self.program("n_layers uniform 1,3\n").run(Self.small + ["--algo=\(algorithm)"])
    #expect(ending.status == 2 && ending.errors.contains("expected integer 1 to 1024"), "\(ending.errors)")
  }

  @Test(arguments: [
    (
      "learning_rate loguniform 1e-5,1e-2",
      "learning_rate loguniform 1e-05,0.01 gives values from 1 to 1.01, because its bounds are natural logarithms. "
        + "For values from 1e-05 to 0.01 write: learning_rate loguniform_bounds 1e-05,0.01"
    ),
    ("weight_decay loguniform 0,0.1", "gives values from 1 to 1.105"),
    ("initializer_range loguniform 0.01,1", "gives values from 1.01 to 2.718"),
    ("learning_rate loguniform -8,0", nil), ("learning_rate loguniform -8,1", nil),
    ("learning_rate loguniform_bounds 1e-5,1e-2", nil), ("clip_grad_norm loguniform 0.5,1", nil),
  ])
  func `A range of logarithms whose bounds are usual values is warned of before training`(
    line: String, warning: String?
  ) throws {
    let ending = try Self.program(line + "\n").run(Self.small + ["--algo=random", "--max_evals=1"])
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(ending.errors.contains("  warning   hyper.test:1:1: ") == (warning != nil), "\(ending.errors)")
    if let warning { #expect(ending.errors.contains(warning), "\(ending.errors)") }
    #expect(!ending.errors.contains("warning") || ending.errors.contains("loguniform_bounds"))
  }

  @Test func `Where the exponentials are impossible the errors end with the same warning`() throws {
    let ending = try Self.program("mask_ratio loguniform 0.1,0.5\n").run(
      Self.small + ["--algo=random", "--max_evals=2"])
    #expect(ending.status == 2)
    #expect(ending.errors.contains("2 of 2 configurations are impossible") || ending.errors.contains("all 2"))
    #expect(ending.errors.hasSuffix("write: mask_ratio loguniform_bounds 0.1,0.5\n"), "\(ending.errors)")
  }
}
