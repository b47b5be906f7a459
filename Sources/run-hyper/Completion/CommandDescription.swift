import ArgumentParser
import Foundation

/// A command as its help describes it, which ArgumentParser tells as JSON only.
struct CommandDescription: Decodable {
  let commandName: String
  let abstract: String?
  let discussion: String?
  let shouldDisplay: Bool?
  let subcommands: [CommandDescription]?
  let arguments: [Argument]?

  /// An operand, an option with a value, or a flag.
  struct Argument: Decodable {
    let kind: String
    let isOptional: Bool
    let isRepeating: Bool
    let shouldDisplay: Bool?
    let names: [Name]?
    let valueName: String?
    let defaultValue: String?
    let allValues: [String]?
    let abstract: String?

    struct Name: Decodable {
      let kind: String
      let name: String

      /// As it is typed.
      var text: String { (kind == "long" ? "--" : "-") + name }
    }

    /// The long name without dashes; `nil` for an operand.
    var longName: String? { names?.first { $0.kind == "long" }?.name }
  }

  init(of command: any ParsableCommand.Type) throws {
    struct Answer: Decodable { let command: CommandDescription }
    self = try JSONDecoder().decode(Answer.self, from: Data(command._dumpHelp().utf8)).command
  }
}
