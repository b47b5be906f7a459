import ArgumentParser

/// Tells a trial's story.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a trial: configuration, learning curve, results, failure.",
    discussion: """
      Example:
        run-hyper show bert4rec-grocery-hyper 17
      """)

  @Argument(help: "The study's name.")
  var study: String

  @Argument(help: "The trial's number, as in the leaderboard, or 'best'.")
  var trial: String

  @OptionGroup var storage: StorageOptions

  @Option(help: "table or json.")
  var format = AnswerFormat.table

  func run() throws {
    throw CommandError.failed("not built yet")
  }
}
