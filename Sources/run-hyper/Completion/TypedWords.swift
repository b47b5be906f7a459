import Model

/// The words of a command line before the one that is completed, sorted as `CommandLineArguments` sorts them.
struct TypedWords {
  /// The words that name the command; empty if none does yet.
  private(set) var command: [String] = []

  /// The options with their values, by their documented names, and the flags.
  private(set) var values: [String: String] = [:]
  private(set) var flags: Set<String> = []

  /// The operands.
  private(set) var operands: [String] = []

  /// The option of which the next word is the value.
  private(set) var pending: String?

  /// Whether the next word can only be an operand.
  private(set) var isAfterDashes = false

  /// The called command's options; `nil` if no command is named yet.
  let syntax: CommandSyntax?

  /// - Parameter words: Without the program's name.
  /// - Parameter current: The word that is completed.
  init(_ words: [String], current: String) {
    var rest = words[...]
    syntax = Self.syntax(of: words, current: current)
    guard let syntax else {
      command = words
      return
    }
    command = syntax.words
    if rest.starts(with: command) { rest = rest.dropFirst(command.count) }
    while let word = rest.popFirst() {
      if isAfterDashes || !word.hasPrefix("-") {
        operands.append(word)
      } else if word == "--" {
        isAfterDashes = true
      } else {
        add(word, syntax, &rest)
      }
    }
  }

  private mutating func add(_ word: String, _ syntax: CommandSyntax, _ rest: inout ArraySlice<String>) {
    let pieces = word.drop { $0 == "-" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = Self.documented(String(pieces.first ?? ""))
    if pieces.count == 2 {
      values[name] = String(pieces[1])
    } else if syntax.options.contains(name)
      || (syntax.takes(name) && (!syntax.flags.contains(name) || rest.first?.hasPrefix("-") == false))
    {
      guard let next = rest.first else {
        pending = name
        return
      }
      guard !next.hasPrefix("--") else { return }
      values[name] = next
      rest.removeFirst()
    } else {
      flags.insert(name)
    }
  }

  private static func syntax(of words: [String], current: String) -> CommandSyntax? {
    guard let first = words.first else { return current.hasPrefix("-") ? CommandSyntax.all[0] : nil }
    if first.hasPrefix("-") { return CommandSyntax.all[0] }
    return CommandSyntax.all.first { words.starts(with: $0.words) }
  }

  /// A name with underscores, as documents spell it.
  static func documented(_ name: String) -> String { String(name.map { $0 == "-" ? "_" : $0 }) }
}

extension CommandSyntax {
  /// Whether a name is a configuration key that the command takes.
  fileprivate func takes(_ name: String) -> Bool {
    takesConfiguration
      && (name == CommandLineArguments.configurationOption || Configuration.keys.contains { $0.name == name })
  }
}
