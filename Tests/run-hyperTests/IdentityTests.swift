import Foundation
import Testing

/// Who owns a trial, when processes are paused, hosts change and clocks are wrong.
@Suite(.serialized) struct IdentityTests {
  private static let study = ["--params_file=hyper.test", "--epochs=40", "--workers=1"]
  private static let environment = ["RUN_HYPER_CHECKPOINT_SECONDS": "0", "RUN_HYPER_HEARTBEAT_SECONDS": "1"]

  private static func program() throws -> Program {
    let program = try Program()
    try program.write("n_layers choice [1,2]\n", to: "hyper.test")
    return program
  }

  private static func board(_ program: Program) throws -> String {
    try program.run(["leaderboard", "--format=csv"]).output
  }

  private static let reference = Result { () throws -> String in
    let program = try IdentityTests.program()
    #expect(try program.run(study).status == 0)
    return try board(program)
  }

  @Test(.enabled(if: Isolation.isAvailable))
  func `A process that sleeps too long on another host loses its trial, and does no harm when it wakes`() throws {
    let program = try Self.program()
    let sleeper = try Isolation.start(program, Self.study, environment: Self.environment)
    Thread.sleep(forTimeInterval: 1)
    let number = try Isolation.child(of: sleeper)
    kill(number, SIGSTOP)
    // Silent for longer than the limit.
    Thread.sleep(forTimeInterval: 1.5)
    let other = try program.run(Self.study, environment: Self.environment)
    #expect(other.status == 0, "\(other.errors)")
    #expect(other.errors.contains("was left behind by a process that is gone"), "\(other.errors)")
    let board = try Self.board(program)
    #expect(try board == Self.reference.get())
    kill(number, SIGCONT)
    sleeper.waitUntilExit()
    #expect(Program.status(of: sleeper) == 0)
    #expect(try Self.board(program) == board)
  }

  @Test(.enabled(if: Isolation.isAvailable))
  func `A process that lives on another host keeps its trial`() throws {
    let program = try Self.program()
    let elsewhere = try Isolation.start(program, Self.study, environment: Self.environment)
    Thread.sleep(forTimeInterval: 1)
    let here = try program.run(Self.study, environment: Self.environment)
    elsewhere.waitUntilExit()
    #expect(here.status == 0 && Program.status(of: elsewhere) == 0)
    #expect(!here.errors.contains("left behind"))
    #expect(try Self.board(program) == Self.reference.get())
  }

  @Test func `A process that is paused here keeps its trial, however long it sleeps`() throws {
    let program = try Self.program()
    let sleeper = try program.start(Self.study, environment: Self.environment)
    Thread.sleep(forTimeInterval: 0.7)
    kill(sleeper.processIdentifier, SIGSTOP)
    Thread.sleep(forTimeInterval: 1.5)
    let other = try program.start(Self.study, environment: Self.environment)
    Thread.sleep(forTimeInterval: 2)
    kill(sleeper.processIdentifier, SIGCONT)
    for process in [sleeper, other] {
      process.waitUntilExit()
      #expect(Program.status(of: process) == 0)
    }
    #expect(try Self.board(program) == Self.reference.get())
    for trial in 1...2 {
      let story = try program.run(["show", "bert4rec-grocery-hyper", "\(trial)"]).output
      #expect(!story.contains("lost") && story.contains("completed"), "\(story)")
    }
  }

  @Test(arguments: ["host", "boot", "start"])
  func `An owner that can not be any living process is gone`(part: String) throws {
    let program = try Self.program()
    let process = try program.start(Self.study, environment: Self.environment)
    Thread.sleep(forTimeInterval: 0.7)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    // As if the number belonged to a living process by now, the host had another name, or the machine had been started anew.
    let own = ProcessInfo.processInfo.processIdentifier
    let change =
      switch part {
      case "host": "owner = 'elsewhere' || substr(owner, instr(owner, '/'))"
      case "boot":
        "owner = substr(owner, 1, instr(owner, '/')) || '00000000' || substr(owner, instr(owner, '/') + 9)"
      default: "owner = replace(owner, '/\(process.processIdentifier)/', '/\(own)/')"
      }
    let sql = Process()
    sql.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    sql.arguments = [
      "sqlite3", program.folder.appendingPathComponent("studies/studies.sqlite").path,
      "UPDATE trial SET \(change) WHERE state = 'running'; SELECT changes()",
    ]
    let output = Pipe()
    sql.standardOutput = output
    try sql.run()
    let changed = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    sql.waitUntilExit()
    #expect(changed == "1\n")
    let resumed = try program.run(["resume"], environment: Self.environment)
    #expect(resumed.status == 0 && resumed.errors.contains("left behind"), "\(resumed.errors)")
    #expect(try Self.board(program) == Self.reference.get())
  }
}
