import Foundation
import Model
import Testing

@testable import run_hyper

/// Completion in real shells, and what the program answers them.
@Suite struct CompletionTests {
  /// Studies with names that a shell would read otherwise.
  private static let hostile = "it's $(touch owned) `touch owned` \"q\" \\ !x"

  private static func studies() throws -> Program {
    let program = try Program()
    try program.write("n_layers choice [1,2]\nlearning_rate choice [0.01]\n", to: "s.test")
    for name in ["plain", "my study", hostile, "line", "escape"] {
      let study = try program.run(["--params_file=s.test", "--epochs=0", "--hidden_size=8", "--study=\(name)"])
      #expect(study.status == 0, "\(study.errors)")
    }
    // Names that the program refuses, but that a database from elsewhere may have.
    try SQLite.run(
      """
      UPDATE study SET name = 'line' || char(10) || 'touch owned' WHERE name = 'line';
      UPDATE study SET name = 'escape' || char(27) || ']0;owned' || char(7) WHERE name = 'escape';
      """, in: program)
    return program
  }

  private static func isUntouched(_ program: Program) -> Bool { !program.exists("owned") && !program.exists("owned`") }

  @Test func `bash completes options, values and names`() throws { try Self.checkTerminal("bash") }

  @Test(.enabled(if: Shells.has("zsh"), "zsh is not installed"))
  func `zsh completes options, values and names`() throws { try Self.checkTerminal("zsh") }

  private static func checkTerminal(_ shell: String) throws {
    let shells = try Shells(Self.studies())
    let quoted = #"it\'s\ \$\(touch\ owned\)\ \`touch\ owned\`\ \"q\"\ \\\ \!x "#
    let lines = [
      ("run-hyper --par\t", "run-hyper --params_file="), ("run-hyper --par\ts.t\t", "run-hyper --params_file=s.test "),
      ("run-hyper --alg\tba\t", "run-hyper --algo=bayes "), ("run-hyper --algo ba\t", "run-hyper --algo bayes "),
      ("bin/run-hyper --prun\tas\t", "bin/run-hyper --pruner=asha "),
      ("run-hyper leaderb\t", "run-hyper leaderboard "),
      ("run-hyper leaderboard --sort=test.ndcg@\t", "run-hyper leaderboard --sort=test.ndcg@10 "),
      ("run-hyper train --learn\ting\t", "run-hyper train --learning_rate="),
      ("run-hyper leaderboard my\t", "run-hyper leaderboard my\\ study "),
      ("run-hyper leaderboard it\t", "run-hyper leaderboard \(quoted)"),
      ("run-hyper studies --delete=it\t", "run-hyper studies --delete=\(quoted)"),
      ("run-hyper leaderboard line\t", "run-hyper leaderboard line"),
      ("run-hyper leaderboard esc\t", "run-hyper leaderboard esc"),
      ("run-hyper leaderboard $(touch owned) --for\tjs\t", "run-hyper leaderboard $(touch owned) --format=json "),
    ]
    let shown = try shells.complete(lines.map(\.0), with: shell)
    #expect(shown == lines.map(\.1))
    let inQuotes = try shells.complete(["run-hyper leaderboard 'my\t", "run-hyper leaderboard \"my\t"], with: shell)
    #expect(
      inQuotes.map { $0.trimmingCharacters(in: .whitespaces) } == [
        "run-hyper leaderboard 'my study'", "run-hyper leaderboard \"my study\"",
      ])
    #expect(Self.isUntouched(shells.program))
  }

  @Test(.enabled(if: Shells.has("fish"), "fish is not installed"))
  func `fish completes options, values and names`() throws {
    let shells = try Shells(Self.studies())
    #expect(try shells.offers(of: "run-hyper --al") == ["--algo=", "--alias_of_item_id="])
    #expect(try shells.offers(of: "run-hyper --algo=r") == ["--algo=random"])
    #expect(try shells.offers(of: "A=b bin/run-hyper --pruner h") == ["hyperband"])
    #expect(try shells.offers(of: "run-hyper leaderboard ").sorted() == [Self.hostile, "my study", "plain"].sorted())
    #expect(try shells.offers(of: "run-hyper leaderboard 'my s") == ["my study"])
    #expect(try shells.offers(of: "run-hyper --params_file=s.") == ["--params_file=s.test"])
    #expect(try shells.offers(of: "run-hyper export --to=b") == ["--to=bin/"])
    #expect(try shells.offers(of: "run-hyper leaderboard (touch owned) --form") == ["--format="])
    #expect(Self.isUntouched(shells.program))
  }

  @Test(arguments: ["bash", "zsh", "fish"].filter(Shells.has))
  func `A shell without the program completes nothing, and says nothing`(shell: String) throws {
    let shells = try Shells(Program())
    try shells.program.write("#!/bin/sh\necho broken >&2\nexit 1\n", to: "bin/run-hyper.new")
    let bin = shells.program.folder.appendingPathComponent("bin")
    try FileManager.default.removeItem(at: bin.appendingPathComponent("run-hyper"))
    try FileManager.default.moveItem(
      at: bin.appendingPathComponent("run-hyper.new"), to: bin.appendingPathComponent("run-hyper"))
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: bin.appendingPathComponent("run-hyper").path)
    switch shell {
    case "fish": #expect(try shells.offers(of: "run-hyper --al") == [])
    default: #expect(try shells.complete(["run-hyper --al\t"], with: shell) == ["run-hyper --al"])
    }
  }

  // MARK: - What can be completed

  /// A slow machine gives the same answers, later.
  private static let patient = ["RUN_HYPER_COMPLETION_SECONDS": "600"]

  private static func answer(_ program: Program, _ words: String...) throws -> [String] {
    let ending = try program.run([CompletionAnswer.command, "zsh"] + words, environment: patient)
    #expect(ending.status == 0 && ending.errors == "")
    return ending.output.split(separator: "\n").enumerated().map { line in
      String(line.offset == 0 ? line.element : line.element.prefix { $0 != "\t" })
    }
  }

  @Test func `The program knows names in the database, in folders, and of keys`() throws {
    let program = try Self.studies()
    let studies = [Self.hostile, "my study", "plain"]
    let answers: [([String], [String])] = [
      (["show", ""], ["words\t", "best", "1", "2"] + studies), (["show", "my study", "2"], ["words\t", "2"]),
      (["compare", "plain", "1", ""], ["words\t", "1", "2"]),
      (["recommend", "--trial="], ["words\t--trial=", "--trial=best", "--trial=1", "--trial=2"]),
      (["leaderboard", "--where="], ["words\t--where=", "--where=n_layers=", "--where=learning_rate="]),
      (["leaderboard", "--where=n_layers="], ["words\t--where=", "--where=n_layers=1", "--where=n_layers=2"]),
      (["leaderboard", "--columns=n_layers,l"], ["words\t--columns=", "--columns=n_layers,learning_rate"]),
      (["compare", "1", "2", "--metric", "ndcg"], ["words\t", "ndcg@10"]),
      (["--dataset=g"], ["words\t--dataset=", "--dataset=grocery"]),
      (["dataset", "describe", ""], ["words\t", "grocery"]),
      (["dataset", "f"], ["words\t", "fetch"]), (["dataset", "fetch", ""], ["words\t", "ml-100k", "ml-1m"]),
      (["dataset", "import", "x", ""], ["files\t"]),
      (
        ["--learner="],
        [
          "words\t--learner=", "--learner=adam", "--learner=adamw", "--learner=sgd", "--learner=adagrad",
          "--learner=rmsprop",
        ]
      ),
      (["train", "--set", "hidden_act=g"], ["words\t", "hidden_act=gelu"]),
      (["--shuffle=T"], ["words\t--shuffle=", "--shuffle=True"]),
      (["submit", "--shuffle", "False", "pl"], ["words\t", "plain"]),
      (["--tool="], ["words\t--tool=", "--tool=Hyperopt", "--tool=Ray"]),
      (["--progress", "j"], ["words\t", "json"]),
      (["recommend", "--format=js"], ["words\t--format=", "--format=jsonl"]),
      (["--data-p"], ["words\t", "--data-path="]), (["--vers"], ["words\t", "--version"]),
      (["export", "--to="], ["folders\t--to="]),
      (["chart", "--to="], ["files\t--to="]), (["completion", "f"], ["words\t", "fish"]),
      (["help", "leader"], ["words\t", "leaderboard"]),
      (["leaderboard", "--format=csv", "--form"], ["words\t"]),
      (["leaderboard", "--where=n_layers=1", "--wh"], ["words\t", "--where="]),
      (["leaderboard", "--storage=none.sqlite", "p"], ["words\t"]), (["nonsense", ""], ["words\t"]),
      (["leaderboard", "--", "pl"], ["words\t", "plain"]),
    ]
    // Whoever has fetched more datasets than the bundled one gets them, too.
    let home = program.folder.appendingPathComponent("home/datasets")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      at: home.appendingPathComponent("grocery"),
      withDestinationURL: Program.home.appendingPathComponent("datasets/grocery"))
    let environment = Self.patient.merging(["RUN_HYPER_HOME": home.deletingLastPathComponent().path]) { $1 }
    for (words, expected) in answers {
      let ending = try program.run([CompletionAnswer.command, "zsh"] + words, environment: environment)
      let found = ending.output.split(separator: "\n").enumerated().map { line in
        String(line.offset == 0 ? line.element : line.element.prefix { $0 != "\t" })
      }
      #expect(found == expected && ending.status == 0 && ending.errors == "", "\(words)")
    }
    #expect(!program.exists("none.sqlite"))
  }

  @Test func `Every option's values are listed by the program, or are a number or a text of one's own`() throws {
    let free: Set<String> = [
      "max_evals", "early_stop", "first_rung", "reduction_factor", "repeats", "keep_weights", "workers", "timeout",
      "target", "idle", "jobs", "at_most", "time", "cpus", "memory", "partition", "account", "slurm", "setup", "top",
      "size",
      "threads", "user", "item", "port",
    ]
    for syntax in CommandSyntax.all {
      let description = try CommandDescription(of: syntax.type)
      for option in syntax.options.subtracting(free) {
        let listed = description.arguments?.first { $0.longName == option }?.allValues
        #expect(
          CompletionValue(option: option, of: syntax.words, listed: listed) != nil, "\(option) of \(syntax.words)")
      }
    }
  }

  @Test func `An answer changes nothing, and errors are silent`() throws {
    let program = try Program()
    for arguments in [
      [], ["bash"], ["bash", "", "run-hyper leaderboard --storage=x.sqlite "], ["csh", "x"],
      ["zsh", "leaderboard", "--storage=postgresql://nobody@127.0.0.1:1/none", ""],
      ["zsh", "leaderboard", "--storage=mysql://x/y", ""], ["zsh", "show", "--storage=/dev/zero", ""],
      ["fish", "--config_files=none", "--datas"],
    ] {
      let ending = try program.run([CompletionAnswer.command] + arguments)
      #expect(ending.status == 0 && ending.errors == "", "\(arguments): \(ending.errors)")
    }
    try program.write("no database", to: "studies/studies.sqlite")
    #expect(try Self.answer(program, "leaderboard", "p") == ["words\t"])
    #expect(
      try program.run([CompletionAnswer.command, "bash", "", "run-hyper --algo=ba"], environment: Self.patient).output
        == "words\t--algo=\n--algo=bayes \n")
    let files = try FileManager.default.subpathsOfDirectory(atPath: program.folder.path).filter { !$0.hasPrefix(".") }
    #expect(files.sorted() == ["studies", "studies/studies.sqlite"])
  }

  // MARK: - Lines of bash

  @Test(arguments: [
    ("run-hyper --algo=ba", "--algo=ba", "--algo=bayes", "bayes"),
    ("run-hyper x my\\ s", "my s", "my study", "my\\ study"), ("run-hyper x 'my s", "my s", "my study", "my study"),
    ("run-hyper --a='my s", "--a=my s", "--a=my study", "my study"), ("run-hyper \"a $", "a $", "a $b`", "a \\$b\\`"),
    ("run-hyper 'a", "a", "a'b", nil), ("run-hyper \"a", "a", "a!b", nil), ("run-hyper a", "a", "a\nb", nil),
    ("run-hyper a", "a", "a\u{1B}b", nil), ("run-hyper m@", "m@", "m@10", "@10"),
    ("run-hyper é\u{301}", "é\u{301}", "é\u{301}x", "é\u{301}x"),
    ("run-hyper a'\u{301}b", "a\u{301}b", "a\u{301}bc", "\u{301}bc"),
    ("x; run-hyper $(touch a b) c", "c", "cd", "cd"), ("", "", "a", "a"),
  ])
  func `bash's line is read with its quotes, and a word is put in with them`(
    line: String, current: String, word: String, insertion: String?
  ) {
    let line = ShellLine(line, wordBreaks: " \t\n\"'@><=;|&(:")
    #expect(line.current.unicodeScalars.elementsEqual(current.unicodeScalars))
    #expect(line.insertion(of: word) == insertion)
  }

  @Test func `Words before the cursor are without quotes, redirections and earlier commands`() {
    let line = ShellLine("a b; run-hyper --study='x y' >\"f g\" \"$HOME\" z\\  w", wordBreaks: "")
    #expect(line.words == ["run-hyper", "--study=x y", "$HOME", "z "])
    #expect(line.current == "w" && !line.isRedirected)
    #expect(ShellLine("run-hyper leaderboard > f", wordBreaks: "").isRedirected)
  }
}
