import ArgumentParser
import Literals
import Tuner

/// Starts a study, or continues it.
struct StudyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "study",
    abstract: "Train every configuration of a parameter file and rank the results.",
    discussion: """
      This is the default command. To resume an interrupted study, run the same
      command again.

      Examples:
        run-hyper --params_file=hyper.test
        run-hyper --params_file=hyper.test --dataset=ml-100k --workers=4 --epochs=50
        run-hyper --params_file=hyper.test --algo=bayes --max_evals=20 --timeout=2h
        run-hyper --params_file=hyper.test --epochs=27 --pruner=asha
      """)

  @Option(
    name: .customLong("params_file"),
    help: ArgumentHelp("File of the parameters to tune, one per line: NAME TYPE VALUES.", valueName: "file"))
  var paramsFile: String

  @OptionGroup var configuration: ConfigurationOptions

  @Option(help: ArgumentHelp("Name of the study. (default: bert4rec-DATASET-PARAMETERFILE)", valueName: "name"))
  var study: String?

  @OptionGroup var storage: StorageOptions

  @OptionGroup var search: SearchOptions

  @OptionGroup var options: RunOptions

  func run() async throws {
    let session = try reading {
      try storage.check()
      let yaml = configuration.configFiles.split(separator: " ").map { ("--config_files", String($0).expandingHome) }
      let request = try options.request(
        beside: [("--params_file", paramsFile)] + storage.files + yaml)
      let text = try InputFile.text(of: paramsFile, remedy: "a file with lines such as: n_layers choice [1,2]")
      let space = try TuningSpace(
        text: text, file: paramsFile, sources: configuration.sources(), plan: search.plan())
      try storage.notePassword()
      return try StudySession.open(space, name: study, storage: storage, request)
    }
    if let complaint = try await session.run() { throw CommandError.failed(complaint) }
  }
}
