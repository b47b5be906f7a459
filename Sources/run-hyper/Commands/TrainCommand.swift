import ArgumentParser

/// Trains once, without a study.
struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train one configuration, without a study.",
    discussion: """
      Example:
        run-hyper train --dataset=grocery --learning_rate=0.005 --save=model.safetensors
      """)

  @OptionGroup var options: ConfigurationOptions

  @Option(help: ArgumentHelp("Write the best epoch's weights to this file (safetensors).", valueName: "file"))
  var save: String?

  func run() async throws {
    throw CommandError.failed("not built yet")
  }
}
