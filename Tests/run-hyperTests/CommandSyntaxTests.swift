import Foundation
import Model
import Testing

@testable import run_hyper

@Suite struct CommandSyntaxTests {
  private struct Dump: Decodable {
    let command: Command
  }

  private struct Command: Decodable {
    let commandName: String
    let subcommands: [Command]?
    let arguments: [Argument]?
  }

  private struct Argument: Decodable {
    let kind: String
    let isRepeating: Bool
    let names: [Name]?
    let abstract: String?
  }

  private struct Name: Decodable {
    let name: String
  }

  @Test(arguments: CommandSyntax.all.indices)
  func `The table of options says what the commands declare`(index: Int) throws {
    let syntax = CommandSyntax.all[index]
    let dump = try Program().run(["--experimental-dump-help"]).output
    var command = try JSONDecoder().decode(Dump.self, from: Data(dump.utf8)).command
    for word in syntax.words {
      command = try #require(command.subcommands?.first { $0.commandName == word })
    }
    let options = (command.arguments ?? []).filter { $0.kind == "option" }
    let names = Set(options.flatMap { ($0.names ?? []).map(\.name) })
    #expect(names == syntax.options.union(syntax.takesConfiguration ? [CommandLineArguments.configurationOption] : []))
    let flags = (command.arguments ?? []).filter { $0.kind == "flag" }.flatMap { ($0.names ?? []).map(\.name) }
    #expect(Set(flags).subtracting(["help", "h", "version"]) == syntax.flags)
    let repeating = Set(options.filter(\.isRepeating).flatMap { ($0.names ?? []).map(\.name) })
    #expect(repeating.subtracting([CommandLineArguments.configurationOption]) == syntax.repeatable)
  }

  @Test(arguments: CommandSyntax.all.map(\.words) + [[], ["dataset"]])
  func `Every command has help with an example`(words: [String]) throws {
    let ending = try Program().run(words + ["--help"])
    #expect(ending.status == 0)
    #expect(ending.errors == "")
    #expect(ending.output.contains("Example"))
    #expect(ending.output.contains("\n  run-hyper "))
  }

  @Test(arguments: CommandSyntax.all.map(\.words) + [[], ["dataset"]])
  func `Help fits 80 columns, and shows options as they are documented`(words: [String]) throws {
    let help = try Program().run(words + ["--help"]).output
    for line in help.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    #expect(!help.contains(/--[a-z]+-[a-z]/) && !help.contains("\t"), "\(help)")
    #expect(!help.contains("when left out") && !help.contains("reference"), "\(help)")
    // ArgumentParser wraps lines that are too long into the first column, where only headings and examples' ends stand.
    let sections = help.split(separator: "\n").drop { !$0.hasPrefix("USAGE:") }.dropFirst()
    #expect(sections.allSatisfy { $0.hasPrefix("  ") || $0.hasSuffix(":") }, "\(help)")
  }

  @Test func `The help of train lists every configuration key with its values and default`() throws {
    let help = try Program().run(["train", "--help"]).output
    let lines = help.split(separator: "\n").map(String.init)
    for key in Configuration.keys {
      #expect(lines.contains { $0 == "  \(key.name)" || $0.hasPrefix("  \(key.name) ") }, "\(key.name)")
    }
    let text = help.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for piece in [
      "learner Optimizer. (adam, adamw, sgd, adagrad or rmsprop; default: adam)", "(integer ≥ 0; default: 2020)",
      #"field_separator Separator of the columns of a row. (text; default: '\t')"#, "default: null)",
      "'split': {'LS': 'valid_and_test'}}) repeatable", "KEYS:",
    ] { #expect(text.contains(piece), "\(help)") }
  }

  @Test(arguments: [
    (["--params_fil=x"], "error: unknown option --params_fil; did you mean --params_file?"),
    (
      ["study"],
      "error: no parameter file given; start a study with run-hyper --params_file=hyper.test, or see run-hyper --help"
    ),
    (
      ["--dataset=ml-100k", "--shuffle"],
      "error: no parameter file given; start a study with run-hyper --params_file=hyper.test, or see run-hyper --help"
    ),
    (["--params_file"], "error: Missing value for '--params_file <file>'\nFor help: run-hyper study --help"),
    (["help", "leaderbord"], "error: unknown command 'leaderbord'; did you mean 'leaderboard'?"),
    (["help", "dataset", "fecth"], "error: unknown command 'dataset fecth'; did you mean 'dataset fetch'?"),
    (["leaderbord"], "error: unknown command 'leaderbord'; did you mean 'leaderboard'?"),
    (["evaluate"], "error: Missing expected argument '--weights <file>'"),
    (["dataset", "fetch", "ml-100k", "--data-path"], "error: Missing value for '--data_path <folder>'"),
    (["--params_file=x", "--max_evals=many"], "error: The value 'many' is invalid for '--max_evals <count>'"),
  ])
  func `A mistake on the command line names options as they are documented`(arguments: [String], message: String) throws
  {
    let ending = try Program().run(arguments)
    #expect(ending.status == 2)
    #expect(ending.errors.hasPrefix("\(message)\n"), "\(ending.errors)")
  }

  @Test func `Without a word, the program says what it is and names three commands, which run`() throws {
    let program = try Program()
    func next() throws -> [[String]] {
      let ending = try program.run([])
      #expect(ending.status == 2 && ending.output == "")
      #expect(ending.errors.hasPrefix("run-hyper tunes BERT4Rec: "), "\(ending.errors)")
      #expect(ending.errors.contains("\n  study, resume, "), "\(ending.errors)")
      return ending.errors.matches(of: #/\n  run-hyper (?<arguments>.*?)  .*/#).map {
        $0.output.arguments.split(separator: " ").map(String.init)
      }
    }
    let first = try next()
    #expect(first.count == 3 && first.last == ["--help"], "\(first)")
    try program.write("n_layers choice [1]\n", to: "hyper.test")
    let second = try next()
    #expect(second.count == 3 && second.first == ["--params_file=hyper.test"], "\(second)")
    for arguments in first { #expect(try program.run(arguments).status == 0, "\(arguments)") }
    #expect(try program.run(["--params_file=hyper.test", "--epochs=0"]).status == 0)
    let third = try next()
    #expect(third.count == 3 && third.first == ["leaderboard"], "\(third)")
    for arguments in third { #expect(try program.run(arguments).status == 0, "\(arguments)") }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `Shells complete commands and options`(shell: String) throws {
    let ending = try Program().run(["completion", shell])
    #expect(ending.status == 0 && ending.output.contains(" \(CompletionAnswer.command) \(shell) "), "\(ending.output)")
    #expect(try Program().run(["--generate-completion-script", shell]).output == ending.output)
    let options = try Program().run(
      [CompletionAnswer.command, shell] + (shell == "bash" ? ["", "run-hyper --"] : ["--"]),
      environment: ["RUN_HYPER_COMPLETION_SECONDS": "600"])
    #expect(options.output.contains("\n--params_file=") && !options.output.contains("params-file"), "\(options.output)")
  }
}
