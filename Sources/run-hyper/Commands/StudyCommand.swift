import ArgumentParser
import Literals
import Tuner

/// Starts a study, or continues it.
struct StudyCommand: AsyncParsableCommand, CheckedCommand {
  static let configuration = CommandConfiguration(
    commandName: "study",
    abstract: "Train every configuration of a parameter file and rank the results.",
    usage: "run-hyper study --params_file <file> [<options>]",
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
  var paramsFile: String?

  @OptionGroup var configuration: ConfigurationOptions

  @Option(help: ArgumentHelp("Name of the study. (default: bert4rec-DATASET-PARAMETERFILE)", valueName: "name"))
  var study: String?

  @OptionGroup var storage: StorageOptions

  @OptionGroup var search: SearchOptions

  @OptionGroup var options: RunOptions

  func run() async throws {
    let session = try reading {
      var mistakes = Mistakes()
      let prepared = try prepare(&mistakes)
      try mistakes.check()
      guard let (space, request) = prepared else { preconditionFailure("what is missing is a mistake") }
      try storage.notePassword()
      return try StudySession.open(space, name: study, storage: storage, request)
    }
    if let complaint = try await session.run() { throw CommandError.failed(complaint) }
  }

  func check(_ mistakes: inout Mistakes) throws { _ = try prepare(&mistakes) }

  /// Reads and checks what is known before data and database are opened.
  private func prepare(_ mistakes: inout Mistakes) throws -> (TuningSpace, RunOptions.Request)? {
    _ = try mistakes.gather { try storage.check() }
    // Given without a value, it has been named.
    if paramsFile == nil, !mistakes.text.contains("'--params_file <file>'") {
      mistakes.add(
        "no parameter file given; start a study with \(ProgramCommand.line("--params_file=hyper.test")), "
          + "or see \(ProgramCommand.line("--help"))")
    }
    let request = try mistakes.gather { try options.request(beside: inputFiles) }
    let space = try TuningSpace.gather(file: paramsFile, configuration, search, into: &mistakes)
    if !mistakes.isEmpty { try storage.gather(into: &mistakes) }
    return space.flatMap { space in request.map { (space, $0) } }
  }

  private var inputFiles: [(option: String, path: String)] {
    (paramsFile.map { [("--params_file", $0)] } ?? []) + storage.files + configuration.inputFiles
  }
}
