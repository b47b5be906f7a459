import ArgumentParser

/// Lists the studies of a database.
struct StudiesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "studies",
    abstract: "List all studies: state, trials, best value.",
    discussion: """
      Example:
        run-hyper studies --storage=studies/studies.sqlite
      """)

  @OptionGroup var storage: StorageOptions

  @Option(help: "table, json, csv or markdown.")
  var format = AnswerFormat.table

  func run() throws {
    throw CommandError.failed("not built yet")
  }
}
