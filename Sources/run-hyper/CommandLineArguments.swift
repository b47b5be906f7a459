import Literals
import Model
import Tuner

/// The arguments of a command line, sorted into declared options and configuration keys.
///
/// ArgumentParser requires every option to be declared; a configuration has many keys, which the model knows. So each
/// `--KEY=VALUE` that is not an option of the command becomes `--set KEY=VALUE`. Underscores and dashes in names are
/// interchangeable: `--params_file x` and `--params-file=x` are the same option.
package struct CommandLineArguments: Equatable {
  /// The arguments for ArgumentParser, the command's name first.
  package private(set) var parsed: [String] = []

  /// The words of the called command.
  package private(set) var command: [String] = []

  /// What is wrong; the arguments are sorted as if each mistake were mended in the likeliest way.
  package private(set) var mistakes: [String] = []

  /// The option that sets a configuration key.
  package static let configurationOption = "set"

  private var remaining: ArraySlice<String>
  private var values: [String: String] = [:]

  /// - Parameter arguments: Without the program's name.
  /// - Throws: `CommandError.input` for an unknown command, whose options are unknown as well.
  package init(_ arguments: [String]) throws(CommandError) {
    remaining = arguments[...]
    // ArgumentParser's own script would know neither values nor names.
    if arguments.first == "--generate-completion-script" { remaining[0] = "completion" }
    guard let syntax = try takeCommand() else {
      parsed += remaining
      remaining = []
      return
    }
    command = syntax.words
    parsed += command
    while let argument = remaining.popFirst() {
      if argument == "--" {
        parsed += [argument] + remaining
        break
      }
      if argument.hasPrefix("--"), argument != "--help", argument != "--version" {
        sort(argument, of: syntax)
      } else {
        parsed.append(argument)
      }
    }
    remaining = []
  }

  /// Removes the command's name from the arguments; returns `nil` when ArgumentParser answers without a command.
  private mutating func takeCommand() throws(CommandError) -> CommandSyntax? {
    guard let first = remaining.first else { return nil }
    if first == "help" { try checkTopic(remaining.dropFirst().prefix { !$0.hasPrefix("-") }) }
    if Self.general.contains(first) { return nil }
    if first.hasPrefix("-") { return CommandSyntax.all[0] }
    let candidates = CommandSyntax.all.filter { $0.words[0] == first }
    guard let found = candidates.first else {
      throw Self.unknownCommand(first, among: Set(CommandSyntax.all.map { $0.words[0] }))
    }
    guard found.words.count > 1 else {
      remaining.removeFirst()
      return found
    }
    if let syntax = candidates.first(where: { remaining.starts(with: $0.words) }) {
      remaining.removeFirst(syntax.words.count)
      return syntax
    }
    if let second = remaining.dropFirst().first, !second.hasPrefix("-"), second != "help" {
      throw Self.unknownCommand("\(first) \(second)", among: Set(candidates.map { $0.words.joined(separator: " ") }))
    }
    return nil
  }

  /// Checks the words after `help`: ArgumentParser answers an unknown command with the help of all.
  private func checkTopic(_ words: ArraySlice<String>) throws(CommandError) {
    let known = CommandSyntax.all.map(\.words)
    guard !words.isEmpty, !known.contains(where: { $0.starts(with: words) }) else { return }
    let group = known.filter { $0.count > 1 && $0[0] == words.first }
    let names = group.isEmpty ? known.map { $0[0] } : group.map { $0.joined(separator: " ") }
    throw Self.unknownCommand(
      group.isEmpty ? words[words.startIndex] : words.prefix(2).joined(separator: " "), among: Set(names))
  }

  private static func unknownCommand(_ name: String, among known: Set<String>) -> CommandError {
    let remedy = nearestName(to: name, among: known).map { "did you mean '\($0)'?" }
    return .input(
      "unknown command '\(name.inMessage)'; \(remedy ?? "expected one of \(known.sorted().joined(separator: ", "))")")
  }

  /// Words that ArgumentParser answers without a command.
  private static let general: Set<String> = [
    "help", "--help", "-h", "--version", "--experimental-dump-help",
  ]

  private mutating func sort(_ argument: String, of syntax: CommandSyntax) {
    let pieces = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let typed = String(pieces[0])
    let option = String(typed.map { $0 == "-" ? "_" : $0 })
    if syntax.options.contains(option) {
      guard let value = takeValue(pieces) else {
        parsed.append("--\(option)")
        return
      }
      if syntax.repeatable.contains(option) || isNew(value, for: typed, as: option) { append(value, of: option) }
      return
    }
    let isFlagAlone =
      !nextIsValue || !syntax.takesConfiguration
      || (syntax.hasOperand && Configuration.meaning(ofKey: option) != .known)
    if syntax.flags.contains(option), pieces.count == 1, isFlagAlone {
      if !parsed.contains("--\(option)") { parsed.append("--\(option)") }
      return
    }
    guard syntax.takesConfiguration, !typed.isEmpty else {
      parsed.append(argument)
      return
    }
    if syntax.flags.contains(option), Configuration.meaning(ofKey: option) != .known {
      _ = takeValue(pieces)
      return mistakes.append("--\(typed): found a value after it; expected --\(typed) alone".inMessage)
    }
    if !Self.isKey(option), let meant = nearestName(to: option, among: syntax.options) {
      mistakes.append("unknown option --\(typed); did you mean --\(meant)?".inMessage)
      if let value = takeValue(pieces), values[meant] == nil { append(value, of: meant) }
      return
    }
    guard let value = takeValue(pieces) else {
      return mistakes.append("--\(typed) has no value; expected --\(typed)=VALUE".inMessage)
    }
    if isNew(value, for: typed, as: option) {
      parsed += ["--\(Self.configurationOption)", "\(option)=\(value)"]
    }
  }

  /// Adds an option with its value.
  private mutating func append(_ text: String, of option: String) {
    do {
      if let value = try OptionText.value(text, of: option) { parsed.append("--\(option)=\(value)") }
    } catch {
      mistakes.append(error.description)
    }
  }

  /// The text after `=`, or the next argument unless it is an option.
  private mutating func takeValue(_ pieces: [Substring]) -> String? {
    if pieces.count == 2 { return String(pieces[1]) }
    return nextIsValue ? remaining.popFirst() : nil
  }

  private var nextIsValue: Bool { remaining.first.map { !$0.hasPrefix("--") } ?? false }

  /// Whether `name` has no value yet; giving the same value twice is allowed, giving two values is not.
  private mutating func isNew(_ value: String, for typed: String, as name: String) -> Bool {
    guard let earlier = values.updateValue(value, forKey: name) else { return true }
    if earlier != value {
      mistakes.append("found --\(typed) twice, with '\(earlier)' and '\(value)'; expected one of them".inMessage)
    }
    return false
  }

  /// Whether the name is a key with an effect, or close to one.
  private static func isKey(_ name: String) -> Bool {
    switch Configuration.meaning(ofKey: name) {
    case .known: true
    case .near(let key): Configuration.meaning(ofKey: key) == .known
    case .fixed, .withoutEffect, .display, .alias, .unknown: false
    }
  }
}
