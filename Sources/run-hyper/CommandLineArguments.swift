import Literals
import Model
import Tuner

/// The arguments of a command line, sorted into what the commands declare and configuration keys.
///
/// ArgumentParser wants every option declared; a configuration has some forty keys, which the model knows. So each
/// `--KEY=VALUE` that is no option of the command becomes `--set KEY=VALUE`, and spellings become one: `--params_file x`
/// and `--params-file=x` are the same.
package struct CommandLineArguments: Equatable {
  /// What ArgumentParser gets, the command's name first.
  package private(set) var parsed: [String] = []

  /// The words of the command that is called.
  package private(set) var command: [String] = []

  /// The option that carries a configuration key.
  package static let configurationOption = "set"

  private var remaining: ArraySlice<String>
  private var values: [String: String] = [:]

  /// - Parameter arguments: Without the program's name.
  package init(_ arguments: [String]) throws(CommandError) {
    remaining = arguments[...]
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
        try sort(argument, of: syntax)
      } else {
        parsed.append(argument)
      }
    }
    remaining = []
  }

  /// The command that is called, taken off the arguments; `nil` where ArgumentParser answers alone.
  private mutating func takeCommand() throws(CommandError) -> CommandSyntax? {
    guard let first = remaining.first, !Self.general.contains(first) else { return nil }
    if first.hasPrefix("-") { return CommandSyntax.all[0] }
    let candidates = CommandSyntax.all.filter { $0.words[0] == first }
    guard let found = candidates.first else {
      let names = Array(Set(CommandSyntax.all.map { $0.words[0] })).sorted()
      throw .input("found command '\(first.inMessage)'; expected \(names.joined(separator: ", "))")
    }
    guard found.words.count > 1 else {
      remaining.removeFirst()
      return found
    }
    guard let syntax = candidates.first(where: { remaining.starts(with: $0.words) }) else { return nil }
    remaining.removeFirst(syntax.words.count)
    return syntax
  }

  /// What ArgumentParser answers without a command.
  private static let general: Set<String> = [
    "help", "--help", "-h", "--version", "--generate-completion-script", "--experimental-dump-help",
  ]

  private mutating func sort(_ argument: String, of syntax: CommandSyntax) throws(CommandError) {
    let pieces = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let typed = String(pieces[0])
    let option = String(typed.map { $0 == "_" ? "-" : $0 })
    if syntax.options.contains(option) {
      guard let value = takeValue(pieces) else {
        parsed.append("--\(option)")
        return
      }
      let isNew = syntax.repeatable.contains(option) ? true : try isNew(value, for: typed, as: option)
      if isNew { parsed.append("--\(option)=\(value)") }
      return
    }
    if syntax.flags.contains(option), pieces.count == 1, !nextIsValue {
      if !parsed.contains("--\(option)") { parsed.append("--\(option)") }
      return
    }
    guard syntax.takesConfiguration, !typed.isEmpty else {
      parsed.append(argument)
      return
    }
    let key = String(typed.map { $0 == "-" ? "_" : $0 })
    if syntax.flags.contains(option), !Self.keys.contains(key) {
      throw .input("--\(typed): found a value after it; expected --\(typed) alone".inMessage)
    }
    if !Self.keys.contains(key), let meant = nearestName(to: option, among: syntax.options),
      nearestName(to: key, among: Self.keys) == nil
    {
      throw .input(
        "found --\(typed), which is neither an option nor a configuration key; expected --\(meant)".inMessage)
    }
    guard let value = takeValue(pieces) else {
      throw .input("found --\(typed) without a value; expected --\(typed)=VALUE".inMessage)
    }
    if try isNew(value, for: typed, as: key) {
      parsed += ["--\(Self.configurationOption)", "\(key)=\(value)"]
    }
  }

  /// The text after `=`, or the next argument unless it is an option.
  private mutating func takeValue(_ pieces: [Substring]) -> String? {
    if pieces.count == 2 { return String(pieces[1]) }
    return nextIsValue ? remaining.popFirst() : nil
  }

  private var nextIsValue: Bool { remaining.first.map { !$0.hasPrefix("--") } ?? false }

  /// Whether `name` has no value yet; it may be said twice, but not with two values.
  private mutating func isNew(_ value: String, for typed: String, as name: String) throws(CommandError) -> Bool {
    guard let earlier = values.updateValue(value, forKey: name) else { return true }
    guard earlier == value else {
      throw .input("found --\(typed) twice, with '\(earlier)' and '\(value)'; expected one of them".inMessage)
    }
    return false
  }

  private static let keys = Set(Configuration.keys.map(\.name))
}
