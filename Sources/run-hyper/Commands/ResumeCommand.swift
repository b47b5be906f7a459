import ArgumentParser

/// Continues studies from what the database says about them.
struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Continue a study, or without a name every study that is not finished.",
    discussion: """
      Example:
        run-hyper resume bert4rec-grocery-hyper
      """)

  @Argument(help: "The study's name.")
  var study: String?

  @OptionGroup var storage: StorageOptions

  @Option(help: ArgumentHelp("Trials at a time; by default as many as this process may use cores.", valueName: "count"))
  var workers: Int?

  @Option(help: ArgumentHelp("Also write all results to this file, as the reference program does.", valueName: "file"))
  var outputFile: String?

  func run() async throws {
    throw CommandError.failed("not built yet")
  }
}
