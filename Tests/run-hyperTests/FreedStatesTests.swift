import Foundation
import Testing

/// The disk of saved states: what studies hold, and what pruned trials give back.
@Suite struct FreedStatesTests {
  static let name = "bert4rec-grocery-hyper"
  static let study = [
    "--params_file=hyper.test", "--epochs=4", "--hidden_size=8", "--MAX_ITEM_LIST_LENGTH=5", "--workers=1",
  ]

  static func program() throws -> Program {
    let program = try Program()
    try program.write(
      "learning_rate choice [0.01,0.001]\nn_layers choice [1,2]\nn_heads choice [1,2]\n", to: "hyper.test")
    return program
  }

  private static func board(_ program: Program) throws -> String {
    let ending = try program.run(["leaderboard", "--top=0", "--format=csv"])
    #expect(ending.status == 0, "\(ending.errors)")
    return ending.output
  }

  private static func checkpoints(_ program: Program) -> [String] {
    let folder = program.folder.appendingPathComponent("studies/studies.sqlite.checkpoints").path
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  private static func verified(_ program: Program) throws {
    let ending = try program.run(["verify"])
    #expect(ending.status == 0, "\(ending.output)")
  }

  struct Listed: Decodable {
    let stateBytes, prunedStateBytes: Int

    enum CodingKeys: String, CodingKey {
      case stateBytes = "state_bytes"
      case prunedStateBytes = "pruned_state_bytes"
    }
  }

  private static func listed(_ program: Program) throws -> Listed {
    let text = try program.run(["studies", "--format=json"]).output
    return try #require(try JSONDecoder().decode([Listed].self, from: Data(text.utf8)).first)
  }

  @Test func `Pruned trials give their disk back, and whoever finishes them gets the same bytes`() throws {
    let program = try Self.program()
    #expect(try program.run(Self.study + ["--pruner=asha"]).status == 0)
    let (before, listed) = (try Self.board(program), try Self.listed(program))
    let count = Self.checkpoints(program).count
    #expect(count > 0 && listed.prunedStateBytes > 0 && listed.stateBytes > listed.prunedStateBytes)
    #expect(try program.run(["studies"]).output.contains(#/ disk +created\n/#))

    let freed = try program.run(["studies", "--free_states=\(Self.name)", "--format=json"])
    #expect(freed.status == 0)
    #expect(
      freed.errors.contains(
        "Results stay; a trial that is continued by another pruner, or by none, trains from its start again, to the same result"
      ), "\(freed.errors)")
    let answer = try #require(try JSONSerialization.jsonObject(with: Data(freed.output.utf8)) as? [String: Any])
    #expect(answer["freed_trials"] as? Int == count && answer["freed_bytes"] as? Int == listed.prunedStateBytes)
    #expect(Self.checkpoints(program) == [])
    #expect(try Self.listed(program).stateBytes == listed.stateBytes - listed.prunedStateBytes)
    #expect(try Self.board(program) == before)
    try Self.verified(program)
    let again = try program.run(["studies", "--free_states=\(Self.name)"])
    #expect(again.output == "Freed of \(Self.name): nothing, no pruned trial has a saved state\n" && again.errors == "")

    #expect(try program.run(Self.study).status == 0)
    try Self.verified(program)
    let other = try Self.program()
    #expect(try other.run(Self.study).status == 0)
    #expect(try Self.board(program) == Self.board(other))
  }

  @Test func `Trials that wait on a rung go on from their start when their states are gone`() throws {
    let program = try Self.program()
    // Dies when it has taken the fifth trial: others wait on the first rung.
    let halving = Self.study + ["--pruner=asha"]
    #expect(try program.run(halving, environment: ["RUN_HYPER_FAULT": "claim-committed:5"]).status == -SIGKILL)
    let freed = try program.run(["studies", "--free_states=\(Self.name)"])
    #expect(freed.status == 0 && freed.output.hasPrefix("Freed of \(Self.name): "), "\(freed.errors)")
    #expect(freed.errors.contains("by this pruner or another one, trains from its start again"), "\(freed.errors)")
    try Self.verified(program)
    #expect(try program.run(halving).status == 0)
    try Self.verified(program)
    let other = try Self.program()
    #expect(try other.run(halving).status == 0)
    #expect(try Self.board(program) == Self.board(other))
  }

  @Test func `A study that runs keeps its states`() throws {
    let program = try Self.program()
    let process = try program.start(
      Self.study.filter { !$0.hasPrefix("--epochs") } + [
        "--epochs=100000", "--stopping_step=100000", "--pruner=asha", "--first_rung=2", "--reduction_factor=1000",
      ], environment: ["RUN_HYPER_CHECKPOINT_SECONDS": "0"])
    // Beyond epoch 2, the best trial alone goes on, up to epoch 2000, and all others wait.
    try SQLite.wait(until: "max(epoch) >= 4 FROM observation", in: program, while: process)
    let refused = try program.run(["studies", "--free_states=\(Self.name)"])
    #expect(refused.status == 2)
    #expect(refused.errors.contains("found a running study, '\(Self.name)': trial"), "\(refused.errors)")
    #expect(process.isRunning && !Self.checkpoints(program).isEmpty)
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(Program.status(of: process) == 130)
    #expect(try program.run(["studies", "--free_states=\(Self.name)"]).status == 0)
  }

  @Test(arguments: [
    (["--free_states=other"], "found no study 'other'"),
    (["--free_states=x", "--delete=x"], "--delete: found --free_states beside it; expected one of them"),
    (["--free_states=x", "--copy=x", "--to=y"], "--copy: found --free_states beside it; expected one of them"),
  ])
  func `What cannot be freed is refused`(options: [String], message: String) throws {
    let program = try Self.program()
    #expect(try program.run(["--params_file=hyper.test", "--epochs=0", "--hidden_size=8"]).status == 0)
    let ending = try program.run(["studies"] + options)
    #expect(ending.status == 2 && ending.errors.contains(message), "\(ending.errors)")
  }
}

/// The same with a server, which holds the states itself or has them in a shared folder.
@Suite(.enabled(if: PostgreSQLServer.isInstalled, PostgreSQLServer.absence))
struct FreedServerStatesTests {
  @Test(arguments: [[], ["--checkpoints=states"]])
  func `Pruned trials give back what a server holds of them, and whoever finishes them gets the same bytes`(
    checkpoints: [String]
  ) throws {
    let program = try FreedStatesTests.program()
    let storage = ["--storage=\(try PostgreSQLServer.shared.newDatabase())"] + checkpoints
    func run(_ arguments: [String]) throws -> Program.Ending {
      let ending = try program.run(arguments + storage)
      #expect(ending.status == 0, "\(arguments): \(ending.errors)")
      return ending
    }
    func listed() throws -> FreedStatesTests.Listed {
      let text = try run(["studies", "--format=json"]).output
      return try #require(try JSONDecoder().decode([FreedStatesTests.Listed].self, from: Data(text.utf8)).first)
    }
    _ = try run(FreedStatesTests.study + ["--pruner=asha"])
    let board = ["leaderboard", "--top=0", "--format=csv"]
    let (before, states) = (try run(board).output, try listed())
    #expect(states.prunedStateBytes > 0 && states.stateBytes > states.prunedStateBytes)
    let freed = try run(["studies", "--free_states=\(FreedStatesTests.name)", "--format=json"])
    #expect(freed.output.contains("\"freed_bytes\" : \(states.prunedStateBytes)"), "\(freed.output)")
    #expect(try listed().prunedStateBytes == 0)
    #expect(try listed().stateBytes == states.stateBytes - states.prunedStateBytes)
    #expect(try run(board).output == before)
    _ = try run(["verify"])

    _ = try run(FreedStatesTests.study)
    _ = try run(["verify"])
    let other = try FreedStatesTests.program()
    #expect(try other.run(FreedStatesTests.study).status == 0)
    #expect(try run(board).output == other.run(board).output)
  }
}
