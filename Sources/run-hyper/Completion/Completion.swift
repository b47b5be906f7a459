import ArgumentParser
import Literals
import Model

/// What can stand in place of the word at the cursor.
struct Completion: Equatable {
  /// The beginning of the word that stays, such as `--storage=`.
  var kept = ""

  var kind = Kind.words([])

  enum Kind: Equatable {
    /// Whole words; one that ends with `=` goes on.
    case words([Word])

    /// Names of files or folders, which the shell knows.
    case files, folders
  }

  struct Word: Equatable {
    let text: String
    var note = ""
  }

  /// - Parameter words: Before the word at the cursor, without the program's name.
  /// - Parameter current: The word at the cursor, up to there.
  init(after words: [String], current: String) throws {
    let typed = TypedWords(words, current: current)
    guard let syntax = typed.syntax else {
      kind = .words(Self.commands(after: words, current).filter { $0.text.hasPrefix(current) })
      return
    }
    let description = try CommandDescription(of: syntax.type)
    let values = CompletionValues(typed)
    if let pending = typed.pending, !current.hasPrefix("--") {
      try complete(current, as: Self.value(of: pending, syntax, description), values)
    } else if current.hasPrefix("-"), !typed.isAfterDashes {
      guard let sign = current.firstIndex(of: "=") else {
        let general = words.isEmpty ? [Word(text: "--version", note: "Show the version.")] : []
        kind = .words(
          Self.options(syntax, description, typed, current) + general.filter { $0.text.hasPrefix(current) })
        return
      }
      kept = String(current[...sign])
      let option = TypedWords.documented(String(current[..<sign].drop { $0 == "-" }))
      try complete(
        String(current[current.index(after: sign)...]), as: Self.value(of: option, syntax, description), values)
    } else {
      let operands = (description.arguments ?? []).filter { $0.kind == "positional" }
      let count = typed.operands.count
      let operand =
        operands.indices.contains(count) ? operands[count] : operands.last.flatMap { $0.isRepeating ? $0 : nil }
      let isKnown = operand != nil || syntax.words == ["help"]
      try complete(current, as: isKnown ? .init(operand: count, of: syntax.words, operand) : nil, values)
      if count == 0, current.isEmpty, case .words(let found) = kind, found.isEmpty {
        kind = .words(Self.options(syntax, description, typed, current))
      }
    }
  }

  /// Completes a value.
  private mutating func complete(_ text: String, as value: CompletionValue?, _ values: CompletionValues) throws {
    switch value {
    case .file?: kind = .files
    case .folder?: kind = .folders
    case let value?:
      let (stays, words) = try values.words(for: value, text)
      kind = .words(
        words.filter { $0.text.hasPrefix(text.dropFirst(stays.count)) }
          .map { Word(text: kept + stays + $0.text, note: $0.note) })
    case nil: break
    }
  }

  /// What an option or a configuration key can be.
  private static func value(
    of option: String, _ syntax: CommandSyntax, _ description: CommandDescription
  ) -> CompletionValue? {
    if syntax.options.contains(option) || option == CommandLineArguments.configurationOption {
      let declared = description.arguments?.first { $0.longName == option }
      return CompletionValue(option: option, of: syntax.words, listed: declared?.allValues)
    }
    guard syntax.takesConfiguration else { return nil }
    return Configuration.keys.first { $0.name == option }.flatMap { CompletionValue(key: $0) }
  }

  // MARK: - Names

  /// The options that have not been given yet; configuration keys, of which there are many, once a letter is there.
  private static func options(
    _ syntax: CommandSyntax, _ description: CommandDescription, _ typed: TypedWords, _ current: String
  ) -> [Word] {
    let isGiven = { (name: String) in
      (typed.values[name] != nil || typed.flags.contains(name)) && !syntax.repeatable.contains(name)
        && name != CommandLineArguments.configurationOption
    }
    let declared: [Word] = (description.arguments ?? []).compactMap { argument in
      guard let name = argument.longName, !isGiven(name) else { return nil }
      return Word(text: "--\(name)\(argument.kind == "option" ? "=" : "")", note: argument.abstract ?? "")
    }
    let known = Set(declared.map(\.text))
    let keys: [Word] =
      syntax.takesConfiguration && current.count > 2
      ? Configuration.keys.filter { !isGiven($0.name) }.map { Word(text: "--\($0.name)=", note: $0.summary) } : []
    let words = declared + keys.filter { !known.contains($0.text) }
    // Dashes in a name are accepted; who types them gets them.
    let hasDashes = current.dropFirst(2).contains("-")
    return words.map { word in
      guard hasDashes else { return word }
      return Word(text: "--" + word.text.dropFirst(2).map { $0 == "_" ? "-" : $0 }, note: word.note)
    }.filter { $0.text.hasPrefix(current) }
  }

  /// The commands that words lead to.
  private static func commands(after words: [String], _ current: String) -> [Word] {
    var commands = RunHyper.configuration.subcommands
    var isHelp = false
    for word in words {
      if word == "help", !isHelp, commands.count == RunHyper.configuration.subcommands.count {
        isHelp = true
        continue
      }
      guard let next = commands.first(where: { $0.configuration.commandName == word }) else { return [] }
      commands = next.configuration.subcommands
    }
    let help = words.isEmpty ? [Word(text: "help", note: "Show the help of a command.")] : []
    return commands.compactMap { command in
      command.configuration.commandName.map { Word(text: $0, note: command.configuration.abstract) }
    } + help
  }
}

extension CommandSyntax {
  /// The type of the command.
  var type: any ParsableCommand.Type {
    var type: any ParsableCommand.Type = RunHyper.self
    for word in words { type = type.configuration.subcommands.first { $0.configuration.commandName == word } ?? type }
    return type
  }
}
