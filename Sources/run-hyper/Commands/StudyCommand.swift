import ArgumentParser
import Tuner

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
        run-hyper --params_file=hyper.test --algo=bayes --max_evals=20 --timeout=2h
        run-hyper --params_file=hyper.test --epochs=27 --pruner=asha
      """)

  @Option(help: ArgumentHelp("The parameters to tune, one a line: name type values.", valueName: "file"))
  var paramsFile: String

  @OptionGroup var configuration: ConfigurationOptions

  @Option(help: ArgumentHelp("The study's name; by default MODEL-DATASET-PARAMETERFILE.", valueName: "name"))
  var study: String?

  @OptionGroup var storage: StorageOptions

  @OptionGroup var search: SearchOptions

  @OptionGroup var options: RunOptions

  func run() async throws {
    let session = try reading {
      let request = try options.request()
      let text = try InputFile.text(of: paramsFile, remedy: "a file with lines such as: n_layers choice [1,2]")
      let space = try TuningSpace(
        text: text, file: paramsFile, sources: configuration.sources(), plan: search.plan())
      return try StudySession.open(space, name: study, storage: storage.storage, request)
    }
    if let complaint = try await session.run() { throw CommandError.failed(complaint) }
  }
}
