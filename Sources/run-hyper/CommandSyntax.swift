/// The options of a command, for `CommandLineArguments`.
///
/// ArgumentParser has the same lists in the commands' properties, but offers no way to query them; a test keeps the two
/// consistent.
package struct CommandSyntax: Sendable {
  /// The words that call the command, such as `dataset describe`.
  package let words: [String]

  /// Options with a value, without their dashes.
  package let options: Set<String>

  /// Options that may be repeated.
  package let repeatable: Set<String>

  /// Flags; with a value, the same name is a configuration key.
  package let flags: Set<String>

  /// Whether `--KEY=VALUE` sets configuration keys.
  package let takesConfiguration: Bool

  /// Whether a word may follow a flag that is no configuration key.
  package var hasOperand: Bool { ["submit", "recommend", "import"].contains(words.last ?? "") }

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

  /// All commands; the first is the default.
  package static let all = [
    CommandSyntax("study", options: studying, flags: studyFlags, takesConfiguration: true),
    CommandSyntax("resume", options: running, flags: ["mixed_machines"]),
    CommandSyntax(
      "submit",
      options: studying.union([
        "jobs", "at_most", "time", "cpus", "memory", "partition", "account", "slurm", "setup",
      ]),
      repeatable: ["slurm", "setup"], flags: studyFlags.union(["dry_run", "wait", "local_storage"]),
      takesConfiguration: true),
    CommandSyntax("jobs", options: database, flags: ["cancel"]),
    CommandSyntax(
      "leaderboard", options: database.union(["top", "sort", "where", "repeatable", "columns", "format"]),
      repeatable: ["where"], flags: ["front"]),
    CommandSyntax(
      "studies", options: database.union(["format", "delete", "free_states", "copy", "to", "to_checkpoints"])),
    CommandSyntax("show", options: database.union(["format"])),
    CommandSyntax("compare", options: database.union(["metric", "split", "repeatable", "format"])),
    CommandSyntax("importance", options: database.union(["metric", "split", "repeatable", "format"])),
    CommandSyntax("chart", options: database.union(["to", "repeatable"])),
    CommandSyntax("dashboard", options: database.union(["port"]), flags: ["open"]),
    CommandSyntax("ensemble", options: database.union(["size", "from", "to", "data_path", "threads", "format"])),
    CommandSyntax("verify", options: database.union(["format"])),
    CommandSyntax("train", options: sources.union(["save", "threads"]), takesConfiguration: true),
    CommandSyntax("evaluate", options: sources.union(["weights", "split", "format"]), takesConfiguration: true),
    CommandSyntax(
      "recommend",
      options: sources.union(database).union([
        "trial", "weights", "users", "histories", "top", "repeatable", "items", "threads", "format",
      ]),
      flags: ["all"], takesConfiguration: true),
    CommandSyntax(
      "export", options: sources.union(database).union(["weights", "trial", "to"]), takesConfiguration: true),
    CommandSyntax("dataset", "fetch", options: ["data_path"]),
    CommandSyntax("dataset", "import", options: ["user", "item", "time", "data_path"], flags: ["replace"]),
    CommandSyntax("dataset", "describe", options: ["data_path", "config_files"], takesConfiguration: true),
    CommandSyntax("completion", options: []),
    CommandSyntax("manual", options: []),
  ]

  /// Options that name the database of studies.
  private static let database: Set<String> = ["storage", "checkpoints"]

  /// Options of running a study, for every command that does.
  private static let running = database.union([
    "workers", "timeout", "target", "idle", "retry", "progress", "output_file", "display_file",
  ])

  /// Options and flags of starting a study.
  private static let studying = sources.union(running).union([
    "params_file", "study", "tool", "algo", "max_evals", "early_stop", "pruner", "first_rung", "reduction_factor",
    "repeats", "keep_weights",
  ])
  private static let studyFlags: Set<String> = ["shuffle", "skip_impossible", "mixed_machines"]

  /// Options that select the configuration.
  private static let sources: Set<String> = ["model", "dataset", "data_path", "config_files"]
}
