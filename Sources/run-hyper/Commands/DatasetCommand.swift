import ArgumentParser
import Foundation
import Model

/// Fetches and describes datasets.
struct DatasetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset",
    abstract: "Fetch a dataset or describe one.",
    discussion: """
      Examples:
        run-hyper dataset describe grocery
        run-hyper dataset fetch ml-100k
      """,
    subcommands: [DatasetFetchCommand.self, DatasetDescribeCommand.self])
}

/// Gets a dataset that may not be bundled.
struct DatasetFetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Fetch ml-100k, which may not be redistributed.",
    discussion: """
      Example:
        run-hyper dataset fetch ml-100k
      """)

  @Argument(help: "The dataset's name: ml-100k.")
  var name: String

  @Option(help: ArgumentHelp("The folder of datasets.", valueName: "folder"))
  var dataPath: String?

  func run() throws {
    guard name == MovieLens100K.name else {
      throw CommandError.input("found dataset '\(name)'; only \(MovieLens100K.name) can be fetched")
    }
    _ = try MovieLens100K.fetch(into: URL(fileURLWithPath: dataPath ?? "datasets"), note: Output.note)
  }
}

/// Says what is in a dataset.
struct DatasetDescribeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "Print a dataset's counts, lengths, ties in time, sparsity and popularity baseline.",
    discussion: """
      Example:
        run-hyper dataset describe grocery
      """)

  @Argument(help: "The dataset's name: the folder NAME with NAME.inter.")
  var name: String

  @Option(help: ArgumentHelp("The folder of datasets.", valueName: "folder"))
  var dataPath: String?

  @Option(help: ArgumentHelp("YAML files, separated by spaces; later ones win.", valueName: "files"))
  var configFiles = ""

  @Option(
    name: .customLong(CommandLineArguments.configurationOption),
    help: ArgumentHelp("A configuration key; --KEY=VALUE is the same.", valueName: "key=value"))
  var settings: [Setting] = []

  func run() throws {
    let description = try reading {
      var arguments = [(key: "dataset", text: name)]
      if let dataPath { arguments.append(("data_path", dataPath)) }
      let configuration = try ConfigurationSources(
        files: configFiles, arguments: arguments + settings.map(\.pair)
      ).configuration()
      let (dataset, report) = try DatasetLibrary.load(configuration.dataset)
      for note in configuration.notes + report.warnings { Output.note("note: \(note)") }
      return DatasetDescription(dataset: dataset, report: report, configuration: configuration)
    }
    Output.result(description.text)
  }
}
