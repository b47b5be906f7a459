import ArgumentParser

/// Measures weights from a file.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure the weights of a safetensors file on a dataset.",
    discussion: """
      Example:
        run-hyper evaluate --weights=model.safetensors --dataset=grocery --split=test
      """)

  @Option(help: ArgumentHelp("The weights, by the reference program's names (safetensors).", valueName: "file"))
  var weights: String

  @OptionGroup var options: ConfigurationOptions

  @Option(help: "test or valid.")
  var split = EvaluationSplit.test

  enum EvaluationSplit: String, CaseIterable, ExpressibleByArgument {
    case test, valid
  }

  func run() throws {
    throw CommandError.failed("not built yet")
  }
}
