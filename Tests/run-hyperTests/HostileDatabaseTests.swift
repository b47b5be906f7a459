import Foundation
import Testing

/// Databases whose rows hold what their tables allow and no run writes: they are read, or refused in plain words.
@Suite struct HostileDatabaseTests {
  private static let study = ["--params_file=s.test", "--dataset=own", "--epochs=2", "--hidden_size=8", "--workers=1"]

  private static func program(_ arguments: [String]) throws -> Program {
    let program = try Program()
    let rows = (1...3).flatMap { user in (1...5).map { "u\(user)\ti\($0)\t\(100 * user + $0)\n" } }
    try program.write("user_id:token\titem_id:token\ttimestamp:float\n" + rows.joined(), to: "datasets/own/own.inter")
    try program.write("n_layers choice [1,2]\nlearning_rate choice [0.1,0.01]\n", to: "s.test")
    let ending = try program.run(study + arguments)
    #expect(ending.status == 0, "\(ending.errors)")
    return program
  }

  private static let largest = Int.max

  /// What the study is begun with, and how its rows are changed.
  static let changes: [([String], String)] = [
    ([], "UPDATE trial SET ordinal = \(largest) WHERE ordinal = 4"),
    ([], "UPDATE trial SET attempt = \(largest)"), ([], "UPDATE trial SET best_epoch = \(largest)"),
    ([], "UPDATE trial SET best_epoch = -\(largest)"), ([], "UPDATE trial SET best_value = 9e999"),
    ([], "UPDATE trial SET best_value = -1e300, training_seconds = 9e999, epoch_cost = 1e300"),
    ([], "UPDATE trial SET epoch_limit = \(largest), epoch_cost = 9e999"),
    ([], "UPDATE trial SET state = 'pending', finished_at = NULL, attempt = \(largest) WHERE ordinal = 2"),
    ([], "UPDATE attempt SET seconds = 9e999, from_epoch = \(largest)"),
    ([], "UPDATE observation SET epoch = epoch + \(largest - 10)"), ([], "UPDATE observation SET value = -9e999"),
    ([], "UPDATE observation SET epoch = 0 WHERE epoch = 1"), ([], "UPDATE result SET value = 9e999"),
    ([], "UPDATE user_rank SET ranks = x''"), ([], "UPDATE user_rank SET ranks = x'0000' WHERE trial_id = 1"),
    ([], "UPDATE user_rank SET other_ranks = x''"),
    ([], "UPDATE user_rank SET other_ranks = x'0000' WHERE trial_id = 1"),
    ([], "UPDATE weights SET bytes = \(largest)"), ([], "UPDATE study SET seed = \(largest), repeats = \(largest)"),
    ([], "UPDATE study SET seed = -\(largest)"), ([], "UPDATE study SET early_stop = \(largest)"),
    ([], "UPDATE study SET metric = 'ndcg@\(largest)'"), ([], "UPDATE study SET metric = '', direction = 'minimize'"),
    ([], #"UPDATE study SET fixed_configuration = '{"epochs":2,"a":null,"b":[1]}'"#),
    ([], "UPDATE study SET fixed_configuration = '[1]'"), ([], "UPDATE study SET fixed_configuration = '5'"),
    ([], "UPDATE study SET invocation = 'x'"), ([], #"UPDATE study SET invocation = '{"paramsFile":"","values":{}}'"#),
    (
      [],
      "UPDATE study SET invocation = json_set(invocation, '$.paramsFile', '/', '$.dataPath', 'x' || char(0) || 'y')"
    ),
    ([], "UPDATE study SET invocation = json_set(invocation, '$.plan.repeats', \(largest))"),
    (["--pruner=asha"], "UPDATE study SET invocation = json_set(invocation, '$.plan.firstRung', 0)"),
    (["--pruner=asha"], "UPDATE study SET invocation = json_set(invocation, '$.plan.reductionFactor', 0)"),
    (["--algo=random"], "UPDATE study SET invocation = json_set(invocation, '$.plan.maxEvaluations', -5)"),
    (["--algo=random"], "UPDATE study SET trial_limit = 1000000"),
    ([], "UPDATE study SET search_space = ''"), ([], "UPDATE trial_parameter SET literal = '', value = x'00'"),
    ([], "UPDATE trial_parameter SET name = 'MAX_ITEM_LIST_LENGTH', literal = '7' WHERE name = 'n_layers'"),
    ([], "DELETE FROM trial_parameter"),
    (["--repeats=1", "--seed=\(largest)"], "UPDATE trial SET repeat = \(largest) WHERE repeat > 0"),
    (["--pruner=asha"], "UPDATE decision SET bracket = \(largest)"),
    (["--pruner=asha"], "UPDATE decision SET epoch = \(largest) - trial_id"),
    (
      ["--pruner=hyperband"],
      "UPDATE study SET scheduler = 'hyperband first_rung=1 reduction_factor=2 longest=\(largest)'"
    ),
    (
      ["--pruner=hyperband"],
      "UPDATE decision SET scheduler = 'hyperband first_rung=\(largest) reduction_factor=\(largest) longest=\(largest)'"
    ),
    (["--pruner=asha"], "UPDATE checkpoint SET bytes = \(largest), epoch = \(largest)"),
    (["--repeats=2"], "UPDATE trial SET best_value = CASE repeat WHEN 1 THEN -1e300 ELSE 1e300 END"),
  ]

  /// Changes of numbers with which a page computes.
  static let computed: [([String], String)] = [
    (["--pruner=asha"], "UPDATE weights SET bytes = 1 << 62; UPDATE checkpoint SET bytes = 1 << 62"),
    ([], "UPDATE trial SET epoch_cost = 9e999, training_seconds = 9e999"),
    ([], "UPDATE observation SET epoch = epoch + \(largest - 10)"),
    ([], "UPDATE attempt SET from_epoch = \(largest), seconds = 9e999"),
    ([], "UPDATE study SET direction = 'minimize'; UPDATE trial SET best_value = ordinal * 1e300"),
    (["--repeats=2"], "UPDATE trial SET best_value = CASE repeat WHEN 1 THEN -1e300 ELSE 1e300 END"),
  ]

  @Test(arguments: computed)
  func `A page shows a study in spite of numbers that no run writes`(begun: [String], change: String) throws {
    let program = try Self.program(begun)
    try SQLite.run("PRAGMA foreign_keys = OFF; \(change)", in: program)
    let page = try DashboardPage(program, ["bert4rec-own-s"])
    let events = try DashboardPage.Events(page)
    #expect(try events.wait(for: "study", "problem").contains("\"stateBytes\":"))
    #expect(page.end() == 130)
  }

  @Test(arguments: changes)
  func `Rows that no run writes end no command with a signal`(begun: [String], change: String) throws {
    let program = try Self.program(begun)
    try SQLite.run("PRAGMA foreign_keys = OFF; \(change)", in: program)
    let name = "bert4rec-own-s"
    for command in [
      ["verify"], ["studies"], ["leaderboard", "--sort=test.mrr@3"], ["leaderboard", "--repeatable=False"],
      ["show", name, "1"],
      ["show", name, "2", "--format=json"], ["compare", name, "1", "2"], ["importance"],
      Self.study + begun + ["--output_file=o"], ["resume", name, "--display_file=d", "--timeout=30"], ["verify"],
      ["leaderboard"], ["studies", "--delete=\(name)"],
    ] {
      let ending = try program.run(command)
      #expect([0, 1, 2].contains(ending.status), "\(command): \(ending.status) \(ending.errors.prefix(1000))")
    }
  }

  @Test func `After the largest seed comes 0`() throws {
    let program = try Self.program(["--repeats=2", "--seed=\(Int.max)"])
    let seeds = try SQLite.run("SELECT DISTINCT repeat FROM trial ORDER BY repeat", in: program)
    #expect(seeds == "0\n1\n2\n")
    let repeated = try SQLite.run("SELECT min(ordinal) FROM trial WHERE repeat = 1", in: program)
    let shown = try program.run(["show", "bert4rec-own-s", repeated.trimmingCharacters(in: .newlines)])
    #expect(shown.output.contains(" with seed 0\n"), "\(shown.output)")
    #expect(try program.run(["verify"]).status == 0)
  }
}
