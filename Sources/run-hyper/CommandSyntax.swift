/// What a command takes beside its operands, as `CommandLineArguments` has to know it.
///
/// ArgumentParser has the same lists in the commands' properties but cannot be asked for them; a test holds the two
/// together.
package struct CommandSyntax: Sendable {
  /// The words that call it, such as `dataset describe`.
  package let words: [String]

  /// Options with a value, without their dashes, in kebab case.
  package let options: Set<String>

  /// Options of which several may stand on one line.
  package let repeatable: Set<String>

  /// Options without a value; with one, the same name is a configuration key.
  package let flags: Set<String>

  /// Whether `--KEY=VALUE` sets configuration keys.
  package let takesConfiguration: Bool

  private init(
    _ words: String..., options: Set<String>, repeatable: Set<String> = [], flags: Set<String> = [],
    takesConfiguration: Bool = false
  ) {
    self.words = words
    self.options = options
    self.repeatable = repeatable
    self.flags = flags
    self.takesConfiguration = takesConfiguration
  }

  /// All commands; the first is meant when none is named.
  package static let all = [
    CommandSyntax(
      "study",
      options: sources.union(running).union([
        "params-file", "study", "tool", "algo", "max-evals", "early-stop", "pruner", "first-rung", "reduction-factor",
        "repeats",
      ]),
      flags: ["shuffle", "skip-impossible"], takesConfiguration: true),
    CommandSyntax("resume", options: running),
    CommandSyntax(
      "leaderboard", options: ["storage", "top", "sort", "where", "format"], repeatable: ["where"]),
    CommandSyntax("studies", options: ["storage", "format", "delete"]),
    CommandSyntax("show", options: ["storage", "format"]),
    CommandSyntax("compare", options: ["storage", "metric", "split", "format"]),
    CommandSyntax("importance", options: ["storage", "metric", "split", "format"]),
    CommandSyntax("verify", options: ["storage", "format"]),
    CommandSyntax("train", options: sources.union(["save", "threads"]), takesConfiguration: true),
    CommandSyntax("evaluate", options: sources.union(["weights", "split"]), takesConfiguration: true),
    CommandSyntax("dataset", "fetch", options: ["data-path"]),
    CommandSyntax("dataset", "describe", options: ["data-path", "config-files"], takesConfiguration: true),
  ]

  /// How a study runs, whichever command begins it.
  private static let running: Set<String> = [
    "storage", "workers", "timeout", "target", "retry", "output-file", "display-file",
  ]

  /// Where a configuration comes from.
  private static let sources: Set<String> = ["model", "dataset", "data-path", "config-files"]
}
