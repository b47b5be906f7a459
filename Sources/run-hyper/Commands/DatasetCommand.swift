import ArgumentParser
import Foundation
import Model

/// Fetches and describes datasets.
struct DatasetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset",
    abstract: "Download a dataset, make one from a table, or describe one.",
    discussion: """
      Examples:
        run-hyper dataset describe grocery
        run-hyper dataset fetch ml-100k
        run-hyper dataset import shop orders.csv --user=buyer --item=sku --time=date
      """,
    subcommands: [DatasetFetchCommand.self, DatasetImportCommand.self, DatasetDescribeCommand.self])
}

/// Downloads a dataset whose license does not allow bundling it.
struct DatasetFetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Download ml-100k or ml-1m, which may not be redistributed.",
    discussion: """
      Example:
        run-hyper dataset fetch ml-100k
      """)

  @Argument(help: "Name of the dataset: ml-100k or ml-1m.")
  var name: String

  @Option(
    name: .customLong("data_path"), help: ArgumentHelp("Folder of datasets. (default: ./datasets)", valueName: "folder")
  )
  var dataPath: String?

  func run() throws {
    guard let dataset = FetchedDataset.named(name) else {
      let names = FetchedDataset.all.map(\.name).joined(separator: " and ")
      throw CommandError.input("found dataset '\(name)'; only \(names) can be downloaded")
    }
    try dataset.fetch(into: URL(fileURLWithPath: dataPath ?? "datasets"), note: Output.note)
  }
}

/// Prints statistics of a dataset.
struct DatasetDescribeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "Print statistics of a dataset and its popularity baseline.",
    usage: "run-hyper dataset describe <name> [<options>]",
    discussion: """
      Example:
        run-hyper dataset describe grocery
      """)

  @Argument(help: "Name of the dataset: a folder NAME with a file NAME.inter.")
  var name: String

  @Option(
    name: .customLong("data_path"),
    help: ArgumentHelp(
      "Folder of datasets. (default: ./datasets, ./dataset, then the bundled ones)", valueName: "folder"))
  var dataPath: String?

  @Option(
    name: .customLong("config_files"),
    help: ArgumentHelp("YAML files, separated by spaces; later files override earlier ones.", valueName: "files"))
  var configFiles = ""

  @Option(
    name: .customLong(CommandLineArguments.configurationOption),
    help: ArgumentHelp("Set a configuration key; short form: --KEY=VALUE.", valueName: "key=value"))
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
