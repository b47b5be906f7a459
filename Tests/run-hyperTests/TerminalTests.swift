import Foundation
import Testing

/// The program as it shows itself in a terminal, and where it is asked to show its progress otherwise.
@Suite struct TerminalTests {
  private static let study = ["--params_file=hyper.test", "--workers=1"] + Pausing.small
  private static let short = ["--epochs=3"]
  private static let utf8 = ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "NO_COLOR": ""]

  private static func program() throws -> Program {
    let program = try Program()
    try program.write("learning_rate choice [0.01,0.001]\nn_layers choice [1]\n", to: "hyper.test")
    return program
  }

  /// Runs a study in a terminal.
  private static func shown(
    columns: Int, _ arguments: [String] = short, environment: [String: String] = utf8
  ) throws -> String {
    try shown(by: program(), study + arguments, columns: columns, environment: environment)
  }

  /// Runs a command in a terminal of util-linux's `script`; gives back everything that it writes there.
  private static func shown(
    by program: Program, _ arguments: [String], columns: Int, environment: [String: String] = utf8
  ) throws -> String {
    let command = ([try Program.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
    let file = program.folder.appendingPathComponent("shown")
    try Data().write(to: file)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "script", "--quiet", "--return", "--command", "stty cols \(columns) rows 24; exec \(command)", "/dev/null",
    ]
    process.currentDirectoryURL = program.folder
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["RUN_HYPER_HOME": Program.home.path, "SHELL": "/bin/sh"].merging(environment) { $1 }
    ) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: file)
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(Program.status(of: process) == 0, "\(text)")
    return text.replacing("\r\n", with: "\n")
  }

  /// The lines that were drawn and drawn over, without control sequences.
  private static func drawn(_ text: String) -> [String] {
    text.split(separator: "\n").filter { $0.hasSuffix("\u{1B}[K") }.map {
      String($0).replacing(#/\x1B\[[0-9]*[A-Za-z]|\r/#, with: "")
    }
  }

  @Test(arguments: [60, 80, 160])
  func `The block fits the terminal and begins with the best value`(columns: Int) throws {
    let text = try Self.shown(columns: columns, ["--epochs=12", "--stopping_step=12"])
    let lines = Self.drawn(text)
    #expect(lines.allSatisfy { $0.count < columns && !$0.hasSuffix("…") }, "\(lines)")
    #expect(lines.contains { $0.hasPrefix("best ndcg@10 0.") || $0.hasPrefix("best mrr@10 0.") }, "\(lines)")
    #expect(lines.contains { $0.hasPrefix("0 of 2 finished") }, "\(lines)")
    #expect(lines.contains { $0.hasPrefix("  trial 2 ") }, "\(lines)")
    #expect(columns == 60 || lines.contains { $0.hasPrefix("  trial 2 ") && $0.contains("learning_rate=0.001") })
    // The parameter with one value is none of those that vary.
    #expect(!lines.contains { $0.contains("n_layers") }, "\(lines)")
    #expect(text.contains("\u{1B}[32mnew best: "), "\(text)")
  }

  @Test func `Without colors and without UTF-8, it is plain text that is drawn over`() throws {
    let text = try Self.shown(columns: 80, environment: ["TERM": "xterm", "LC_ALL": "C", "NO_COLOR": "1"])
    #expect(!text.contains(#/\x1B\[[0-9]*m/#) && text.contains("new best: "), "\(text)")
    let lines = Self.drawn(text)
    #expect(!lines.isEmpty && lines.joined().allSatisfy(\.isASCII), "\(lines)")
  }

  @Test(arguments: [
    (["TERM": "dumb"], []), (["TERM": "xterm"], ["--progress=plain"]), (["TERM": "xterm"], ["--show_progress=False"]),
  ])
  func `A terminal that cannot draw, or shall not, gets lines`(environment: [String: String], options: [String]) throws
  {
    let text = try Self.shown(columns: 80, Self.short + options, environment: environment)
    #expect(!text.contains("\u{1B}"), "\(text)")
    #expect(text.contains(" trial 1 started: learning_rate=0.01 n_layers=1\n"), "\(text)")
  }

  // MARK: - Tables

  @Test func `A leaderboard fits the terminal, names what it leaves out, and shows the columns that are asked for`()
    throws
  {
    let program = try Self.program()
    let piped = try program.run(Self.study + Self.short)
    #expect(piped.status == 0 && piped.output.contains("test.precision@10"))
    for columns in [60, 80, 160] {
      let text = try Self.shown(by: program, ["leaderboard"], columns: columns)
      let table = text.prefix(upTo: try #require(text.firstRange(of: "\n\n")).lowerBound).split(separator: "\n")
      #expect(table.count == 3 && table.allSatisfy { $0.count <= columns }, "\(text)")
      #expect(table[0].hasPrefix("rank  trial  ndcg@10  95 % interval"), "\(text)")
      #expect(text.contains("the same in all rows: n_layers=1\n"), "\(text)")
      #expect(text.contains("(--columns=all)\n") == (columns < 160), "\(text)")
    }
    let all = try Self.shown(by: program, ["leaderboard", "--columns=all"], columns: 60)
    #expect(all.contains("  n_layers  test.ndcg@10") && !all.contains("--columns=all"), "\(all)")
    #expect(all.hasPrefix(try #require(piped.output.split(separator: "\n").first)), "\(all)")
    let some = try program.run(["leaderboard", "--columns=learning_rate, test.hit@10", "--format=markdown"])
    #expect(some.output.hasPrefix("| rank | trial | ndcg@10 | learning_rate | test.hit@10 |\n"), "\(some.output)")
    for (options, message) in [
      (["--columns=hit"], "--columns: found no column 'hit'; expected all, or some of 95 % interval, tied, "),
      (["--columns=all", "--format=csv"], "--columns cannot be combined with --format=csv"),
    ] {
      let wrong = try program.run(["leaderboard"] + options)
      #expect(wrong.status == 2 && wrong.errors.contains(message), "\(wrong.errors)")
    }
  }

  // MARK: - --progress

  @Test func `Lines of JSON say everything to a program`() throws {
    let ending = try Self.program().run(Self.study + Self.short + ["--progress=json"])
    #expect(ending.status == 0 && ending.output.contains("rank"))
    let events = try ending.errors.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
    }
    let names = events.compactMap { $0["event"] as? String }
    #expect(
      names == ["note"] + [1, 2].flatMap { _ in ["started", "epoch", "epoch", "epoch", "completed"] } + ["note"],
      "\(names)")
    let last = try #require(events.last { $0["event"] as? String == "completed" })
    let study = try #require(last["study"] as? [String: Any])
    #expect(study["finished"] as? Int == 2 && study["total"] as? Int == 2 && study["running"] as? Int == 0)
    #expect(last["trial"] as? Int == 2 && last["seconds"] is Double && last["time"] is String)
    let epoch = try #require(events.first { $0["event"] as? String == "epoch" })
    let values = try #require(epoch["values"] as? [String: Double])
    #expect(values["train.loss"] != nil && values.keys.contains { $0.hasPrefix("valid.") })
    let wrong = try Self.program().run(Self.study + Self.short + ["--progress=json", "--retry=all"])
    #expect(
      wrong.status == 2 && wrong.errors.hasPrefix("{\"event\":\"error\",\"text\":\"--retry: found"), "\(wrong.errors)")
  }

  @Test func `None shows no progress, and bar draws without a terminal`() throws {
    let none = try Self.program().run(Self.study + Self.short + ["--progress=none"])
    #expect(none.status == 0 && !none.errors.contains("trial 1 started"), "\(none.errors)")
    let long = ["--epochs=12", "--stopping_step=12"]
    let bar = try Self.program().run(Self.study + long + ["--progress=bar"], environment: ["TERM": "dumb"])
    #expect(bar.status == 0 && bar.errors.contains("0 of 2 finished, 1 running"), "\(bar.errors)")
    let wrong = try Self.program().run(Self.study + Self.short + ["--progress=fancy"])
    #expect(
      wrong.status == 2
        && wrong.errors.contains("--progress: found 'fancy'; expected auto, bar, plain, json or none"),
      "\(wrong.errors)")
  }

  @Test func `RecBole's show_progress is True or False, and no parameter`() throws {
    let program = try Self.program()
    let wrong = try program.run(Self.study + Self.short + ["--show_progress=maybe"])
    #expect(
      wrong.status == 2 && wrong.errors.contains("--show_progress: found 'maybe'; expected True or False"),
      "\(wrong.errors)")
    try program.write("show_progress choice [True,False]\n", to: "hyper.test")
    let tuned = try program.run(Self.study + Self.short)
    #expect(tuned.status == 2 && tuned.errors.contains("show_progress only says how a run is shown"), "\(tuned.errors)")
  }
}
