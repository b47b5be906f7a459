import ArgumentParser

/// Starts a study, or continues it.
struct StudyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "study",
    abstract: "Train every configuration of a parameter file and rank them (the default command).",
    discussion: """
      A study that was interrupted goes on where it stopped, with the same command.

      Examples:
        run-hyper --params_file=hyper.test
        run-hyper --params_file=hyper.test --dataset=ml-100k --workers=4 --epochs=50
      """)

  @Option(help: ArgumentHelp("The parameters to tune, one a line: name type values.", valueName: "file"))
  var paramsFile: String

  @OptionGroup var options: ConfigurationOptions

  @Option(help: ArgumentHelp("The study's name; by default MODEL-DATASET-PARAMETERFILE.", valueName: "name"))
  var study: String?

  @OptionGroup var storage: StorageOptions

  @Option(help: ArgumentHelp("Trials at a time; by default as many as this process may use cores.", valueName: "count"))
  var workers: Int?

  @Option(help: ArgumentHelp("How the parameters are searched: exhaustive.", valueName: "name"))
  var algo = "exhaustive"

  @OptionGroup var files: ResultFileOptions

  func run() async throws {
    let session = try reading {
      guard algo == "exhaustive" else {
        throw CommandError.input("--algo: found '\(algo)'; expected exhaustive")
      }
      let text = try InputFile.text(of: paramsFile, remedy: "a file with lines such as: n_layers choice [1,2]")
      let space = try TuningSpace(text: text, file: paramsFile, sources: options.sources())
      return try StudySession.open(
        space, name: study, storage: storage.storage, workers: workers, files: files)
    }
    try await session.run()
  }
}
