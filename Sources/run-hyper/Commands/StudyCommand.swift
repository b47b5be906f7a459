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
        run-hyper --params_file=hyper.test --algo=random --max_evals=20
      """)

  @Option(help: ArgumentHelp("The parameters to tune, one a line: name type values.", valueName: "file"))
  var paramsFile: String

  @OptionGroup var options: ConfigurationOptions

  @Option(help: ArgumentHelp("The study's name; by default MODEL-DATASET-PARAMETERFILE.", valueName: "name"))
  var study: String?

  @OptionGroup var storage: StorageOptions

  @Option(help: ArgumentHelp("Trials at a time; by default as many as this process may use cores.", valueName: "count"))
  var workers: Int?

  @Option(help: ArgumentHelp("How the parameters are searched: exhaustive or random.", valueName: "name"))
  var algo = SearchPlan.Algorithm.exhaustive.rawValue

  @Option(
    help: ArgumentHelp(
      "Trials of the study in all, for --algo=random; \(SearchPlan.standardMaxEvaluations) when left out.",
      valueName: "count"))
  var maxEvals: Int?

  @Option(
    help: ArgumentHelp(
      "Hyperopt or Ray, as the reference program has it; trials run in this process either way.", valueName: "name"))
  var tool: String?

  @OptionGroup var files: ResultFileOptions

  func run() async throws {
    let session = try reading {
      let tool = try tool.map { try ReferenceTool(parsing: $0) }
      let text = try InputFile.text(of: paramsFile, remedy: "a file with lines such as: n_layers choice [1,2]")
      let space = try TuningSpace(text: text, file: paramsFile, sources: options.sources(), plan: plan())
      if let tool { Output.note("note: \(tool.note)") }
      return try StudySession.open(
        space, name: study, storage: storage.storage, workers: workers, files: files)
    }
    try await session.run()
  }

  private func plan() throws(CommandError) -> SearchPlan {
    guard let algorithm = SearchPlan.Algorithm(rawValue: algo) else {
      throw .input(
        "--algo: found '\(algo)'; expected \(SearchPlan.Algorithm.allCases.map(\.rawValue).joined(separator: " or "))")
    }
    if let maxEvals {
      guard algorithm == .random else {
        throw .input("--max_evals: found with --algo=exhaustive, which tries everything; expected --algo=random")
      }
      guard (1...SearchSpace.largestGrid).contains(maxEvals) else {
        throw .input("--max_evals: found \(maxEvals); expected a number from 1 to \(SearchSpace.largestGrid)")
      }
    }
    return SearchPlan(algorithm: algorithm, maxEvaluations: maxEvals)
  }
}
