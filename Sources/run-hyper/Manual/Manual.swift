import ArgumentParser
import Foundation
import Literals
import Model

/// The man page, made of what the help is made of.
struct Manual {
  /// The page in roff.
  static func page() throws -> String {
    let commands = try RunHyper.configuration.subcommands.flatMap { try sections(of: $0, after: "run-hyper") }
    let lines =
      [
        ".TH RUN\\-HYPER 1 \"\" \(Roff.argument("run-hyper \(RunHyper.configuration.version)")) \"User Commands\"",
        ".SH NAME", "run\\-hyper \\- hyperparameter search for BERT4Rec", ".SH SYNOPSIS",
        Roff.synopsis("run-hyper --params_file=<file> ") + "[" + Roff.italic("options") + "]", ".br",
        Roff.synopsis("run-hyper <command> ") + "[" + Roff.italic("options") + "]", ".SH DESCRIPTION",
        Roff.escaped(RunHyper.configuration.abstract), ".PP", Roff.escaped(ManualText.description), ".SH COMMANDS",
      ] + commands.flatMap(\.lines) + keys() + table("FILES", ManualText.files)
      + table("ENVIRONMENT", ManualText.variables)
      + table("EXIT STATUS", RunHyper.exitStatus.map { ("\($0.status)", $0.meaning) }) + [".SH EXAMPLES"]
      + Roff.verbatim(RunHyper.examples + [""] + commands.flatMap(\.examples))
    return lines.joined(separator: "\n")
  }

  /// What the page says of a command.
  private struct Section {
    var lines: [String]
    var examples: [String]
  }

  /// A command, or the commands that it consists of.
  private static func sections(of type: any ParsableCommand.Type, after words: String) throws -> [Section] {
    let configuration = type.configuration
    let called = "\(words) \(configuration.commandName ?? "")"
    guard configuration.subcommands.isEmpty else {
      return try configuration.subcommands.flatMap { try sections(of: $0, after: called) }
    }
    let description = try CommandDescription(of: type)
    let arguments = (description.arguments ?? []).filter { $0.shouldDisplay ?? true }
    let operands = arguments.filter { $0.kind == "positional" }
    let usage =
      configuration.usage ?? (["\(called)"] + operands.map { "<\($0.valueName ?? "")>" }).joined(separator: " ")
    let (text, examples) = divided(configuration.discussion)
    var lines = [".SS \(Roff.argument(called))", Roff.synopsis(usage), ".PP", Roff.escaped(configuration.abstract)]
    for paragraph in text { lines += [".PP", Roff.escaped(paragraph)] }
    for argument in arguments where argument.longName != "help" && argument.longName != "version" {
      lines += [".TP", title(of: argument), Roff.escaped(meaning(of: argument))]
    }
    return [Section(lines: lines, examples: examples)]
  }

  /// The paragraphs of a command's text, and its examples. The list of keys has a section of its own.
  private static func divided(_ discussion: String) -> (text: [String], examples: [String]) {
    var (text, examples): ([String], [String]) = ([], [])
    for paragraph in discussion.components(separatedBy: "\n\n") {
      let lines = paragraph.split(separator: "\n").map(String.init)
      if lines.first?.hasPrefix("Example") == true {
        examples += lines.dropFirst().map { $0.hasPrefix("  ") ? String($0.dropFirst(2)) : $0 }
      } else if paragraph.contains(" KEYS:") || paragraph.hasPrefix("Configuration keys,") {
        continue
      } else {
        text.append(paragraph)
      }
    }
    return (text, examples)
  }

  private static func title(of argument: CommandDescription.Argument) -> String {
    guard let name = argument.longName else { return Roff.italic(argument.valueName ?? "") }
    return Roff.bold("--\(name)") + (argument.kind == "option" ? "=" + Roff.italic(argument.valueName ?? "") : "")
  }

  private static func meaning(of argument: CommandDescription.Argument) -> String {
    let facts = [
      argument.allValues.map { "values: \($0.joined(separator: ", "))" },
      argument.defaultValue.map { "default: \($0)" },
    ].compactMap(\.self)
    return (argument.abstract ?? "") + (facts.isEmpty ? "" : " (\(facts.joined(separator: "; ")))")
  }

  /// The configuration keys by group.
  private static func keys() -> [String] {
    [".SH CONFIGURATION KEYS", Roff.escaped(ManualText.keys)]
      + ConfigurationKey.Group.allCases.flatMap { group in
        [".SS \(group.rawValue)"]
          + Configuration.keys.filter { $0.group == group }.flatMap { key in
            [".TP", Roff.bold(key.name), Roff.escaped("\(key.summary) (\(key.type); default: \(key.shownDefault))")]
          }
      }
  }

  private static func table(_ title: String, _ rows: [(name: String, meaning: String)]) -> [String] {
    [".SH \(title)"] + rows.flatMap { [".TP", Roff.bold($0.name), Roff.escaped($0.meaning)] }
  }
}
