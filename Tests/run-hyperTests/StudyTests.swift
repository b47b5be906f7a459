import Foundation
import Testing

/// The promises about studies, held with the real program: the same bytes whatever happens, nothing lost, nothing twice.
@Suite(.serialized) struct StudyTests {
  private static let parameters = """
    learning_rate choice [0.01,0.001]
    hidden_dropout_prob choice [0.2,0.5]
    n_layers choice [1,2]
    """
  private static let study = ["--params_file=hyper.test", "--epochs=3"]
  private static let name = "bert4rec-grocery-hyper"
  /// A checkpoint after every epoch, so that short trials go on from one.
  private static let environment = ["RUN_HYPER_CHECKPOINT_SECONDS": "0"]

  private static func program() throws -> Program {
    let program = try Program()
    try program.write(parameters, to: "hyper.test")
    return program
  }

  /// The whole leaderboard in both formats for programs, and the hash of the best weights.
  private static func board(of program: Program) throws -> [String] {
    let boards = try ["csv", "json"].map { format in
      let ending = try program.run(["leaderboard", "--top=0", "--format=\(format)"])
      #expect(ending.status == 0)
      return ending.output
    }
    return boards + [try SQLite.run("SELECT file, sha256 FROM weights", in: program)]
  }

  /// What an undisturbed run with one worker gives.
  private static let reference = Result { () throws -> [String] in
    let program = try StudyTests.program()
    let ending = try program.run(study + ["--workers=1"])
    #expect(ending.status == 0)
    return try board(of: program)
  }

  /// How often each trial was started.
  private static func attempts(in program: Program, trials: Int = 8) throws -> [Int] {
    try (1...trials).map { trial in
      struct Story: Decodable {
        struct Attempt: Decodable { let attempt: Int }
        let attempts: [Attempt]
      }
      let text = try program.run(["show", name, "\(trial)", "--format=json"]).output
      return try JSONDecoder().decode(Story.self, from: Data(text.utf8)).attempts.count
    }
  }

  @Test func `Two workers give the bytes of one`() throws {
    let program = try Self.program()
    let ending = try program.run(Self.study + ["--workers=2"])
    #expect(ending.status == 0)
    #expect(ending.output.contains("\(Self.name): 8 trials: 8 completed"))
    #expect(ending.output.contains("Best: trial "))
    #expect(try Self.board(of: program) == Self.reference.get())
    #expect(try Self.attempts(in: program).allSatisfy { $0 == 1 })

    let again = try program.run(Self.study)
    #expect(again.status == 0)
    #expect(again.output == ending.output)
    #expect(try Self.attempts(in: program).allSatisfy { $0 == 1 })
  }

  @Test func `After being killed ten times and more, the same command ends with the same bytes`() throws {
    var program = try Self.program()
    var moments: [Double] = []
    // A fast machine ends the study before the tenth kill: then the next one begins.
    var longest = 0.8
    while moments.count < 12 {
      let process = try program.start(Self.study + ["--workers=2"], environment: Self.environment)
      let moment = Double.random(in: 0.05...longest)
      Thread.sleep(forTimeInterval: moment)
      if process.isRunning {
        kill(process.processIdentifier, SIGKILL)
        moments.append(moment)
        process.waitUntilExit()
        if program.exists("studies/studies.sqlite") {
          let verified = try program.run(["verify"])
          #expect(!verified.output.contains("WRONG"), "killed after \(moments) s: \(verified.output)")
        }
      } else {
        #expect(try Self.board(of: program) == Self.reference.get(), "killed after \(moments) s")
        program = try Self.program()
        longest = max(0.1, 0.8 * longest)
      }
    }
    #expect(try program.run(Self.study + ["--workers=2"], environment: Self.environment).status == 0)
    #expect(try Self.board(of: program) == Self.reference.get(), "killed after \(moments) s")
  }

  /// `scripts/crash-test` is the long form, over all kinds of studies.
  @Test func `Of four processes on one study any number is killed, and no trial that had ended runs again`() throws {
    let program = try Self.program()
    let (command, database) = (Self.study + ["--workers=1"], "studies/studies.sqlite")
    var running: [Process] = []
    var ended: Set<Substring> = []
    for round in 0..<6 {
      while running.count < 4 { running.append(try program.start(command, environment: Self.environment)) }
      Thread.sleep(forTimeInterval: Double.random(in: 0.1...0.7))
      running.shuffle()
      for process in running.prefix(round % 4 + 1) {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
      }
      running.removeFirst(round % 4 + 1)
      guard program.exists(database), try SQLite.run("PRAGMA user_version", in: program) != "0\n" else { continue }
      let sql = "SELECT ordinal, attempt, finished_at, best_value FROM trial WHERE state = 'completed'"
      let now = Set(try SQLite.run(sql, in: program).split(separator: "\n"))
      #expect(ended.isSubset(of: now))
      ended = now
    }
    for process in running {
      process.waitUntilExit()
      #expect(Program.status(of: process) == 0)
    }
    #expect(try program.run(command).status == 0)
    #expect(try Self.board(of: program) == Self.reference.get())
    let verified = try program.run(["verify"])
    #expect(verified.status == 0, "\(verified.output)")
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func `A signal stops the study, and resume ends with the same bytes`(signal: Int32) throws {
    let program = try Self.program()
    let errors = try program.errorFile()
    let process = try program.start(
      Self.study + ["--workers=2"], environment: Self.environment.merging(Pausing.afterReports(1)) { $1 },
      errors: try FileHandle(forWritingTo: errors))
    let number = try Pausing.wait(for: process, in: program)
    kill(number, signal)
    Pausing.resume(number)
    process.waitUntilExit()
    #expect(Program.status(of: process) == 130)
    let text = try String(contentsOf: errors, encoding: .utf8)
    #expect(text.contains("run-hyper resume \(Self.name)"), "\(text)")

    let resumed = try program.run(signal == SIGINT ? ["resume"] : ["resume", Self.name])
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try Self.board(of: program) == Self.reference.get())
    let idle = try program.run(["resume"])
    #expect(idle.status == 0)
    #expect(idle.errors.contains("finished"))
  }

  @Test func `A second signal ends the process at once`() throws {
    let program = try Self.program()
    let process = try program.start(Self.study + ["--workers=2"], environment: Pausing.afterReports(1))
    let number = try Pausing.wait(for: process, in: program)
    kill(number, SIGINT)
    kill(number, SIGTERM)
    Pausing.resume(number)
    process.waitUntilExit()
    #expect(Program.status(of: process) == 130)
  }

  @Test func `Two processes share a study and run each configuration once`() throws {
    let program = try Self.program()
    let processes = try (0..<2).map { _ in try program.start(Self.study + ["--workers=1"]) }
    for process in processes {
      process.waitUntilExit()
      #expect(Program.status(of: process) == 0)
    }
    #expect(try Self.board(of: program) == Self.reference.get())
    #expect(try Self.attempts(in: program) == Array(repeating: 1, count: 8))
  }

  @Test func `More values add configurations and fewer put them aside`() throws {
    let program = try Self.program()
    try program.write("n_layers choice [1]\n", to: "hyper.test")
    let arguments = Self.study.dropLast() + ["--epochs=1"]
    #expect(try program.run(arguments + []).output.contains("1 trial: 1 completed"))
    try program.write("n_layers choice [2,1]\n", to: "hyper.test")
    let more = try program.run(arguments + [])
    #expect(more.output.contains("2 trials: 2 completed"))
    #expect(more.errors.contains("1 added"))
    try program.write("n_layers choice [2]\n", to: "hyper.test")
    let fewer = try program.run(arguments + [])
    #expect(fewer.output.contains("1 trial: 1 completed, 1 shelved"))
    #expect(fewer.errors.contains("1 shelved"))
  }

  @Test func `Random search takes each configuration once, in the end all of them, and is continued by a number`()
    throws
  {
    let program = try Program()
    try program.write("n_layers choice [1,2]\nlearning_rate choice [0.01,0.001]\n", to: "hyper.test")
    let command = ["--params_file=hyper.test", "--epochs=1", "--train_batch_size=8192"]
    let first = try program.run(command + ["--algo=random", "--max_evals=2"])
    #expect(first.status == 0)
    #expect(first.errors.contains("random    2 configurations of n_layers, learning_rate"))
    #expect(first.output.contains("2 trials: 2 completed"))
    let second = try program.run(command + ["--algo=random", "--max_evals=3"])
    #expect(second.errors.contains("1 added"))
    // Fewer than there are takes nothing away.
    #expect(try program.run(command + ["--algo=random", "--max_evals=1"]).output.contains("3 trials: 3 completed"))
    let all = try program.run(command + ["--algo=random"])
    #expect(all.output.contains("4 trials: 4 completed"))
    let grid = try program.run(command)
    #expect(grid.output.contains("4 trials: 4 completed"))
    #expect(grid.errors.contains("so far    4 of 4 trials finished"))
    #expect(try Self.attempts(in: program, trials: 4) == [1, 1, 1, 1])
  }

  @Test func `Ranges are searched at random, the same by any number of workers and when resumed`() throws {
    let space = "learning_rate loguniform -8,-4\nn_layers quniform 1,2,1\nhidden_dropout_prob uniform 0.1,0.5\n"
    let command = ["--params_file=hyper.test", "--epochs=1", "--train_batch_size=8192", "--algo=random"]
    let boards = try [["--workers=1"], ["--workers=2"]].map { workers in
      let program = try Program()
      try program.write(space, to: "hyper.test")
      #expect(try program.run(command + workers + ["--max_evals=2"]).status == 0)
      #expect(try program.run(command + workers + ["--max_evals=3"]).status == 0)
      #expect(try program.run(["resume", "bert4rec-grocery-hyper"]).output.contains("3 trials: 3 completed"))
      let refused = try program.run(["--params_file=hyper.test"])
      #expect(refused.status == 2)
      #expect(refused.errors.contains("hyper.test:1:1"))
      #expect(refused.errors.contains("expected --algo=random or --algo=bayes"))
      return try program.run(["leaderboard", "--format=csv"]).output
    }
    #expect(boards[0] == boards[1])
    #expect(boards[0].split(separator: "\n").count == 4)
  }
}
