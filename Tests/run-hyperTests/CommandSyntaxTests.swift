import Foundation
import Testing
import run_hyper

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
}
