import Foundation
import Model

/// Reads datasets for commands, each once, and offers to download those that may not be bundled.
enum DatasetLibrary {
  /// The datasets of all `configurations`; equal configurations are read once.
  static func load(
    _ configurations: [DatasetConfiguration]
  ) throws -> [DatasetConfiguration: SequenceDataset] {
    var datasets: [DatasetConfiguration: SequenceDataset] = [:]
    for configuration in configurations where datasets[configuration] == nil {
      let (dataset, report) = try load(configuration)
      for warning in report.warnings { Output.note("note: \(warning)") }
      datasets[configuration] = dataset
    }
    return datasets
  }

  /// A dataset and a report about reading it.
  static func load(_ configuration: DatasetConfiguration) throws -> (SequenceDataset, LoadReport) {
    try offerToFetch(configuration)
    return try SequenceDataset.load(configuration)
  }

  /// Asks on a terminal whether to download a missing dataset; elsewhere the error says how.
  ///
  /// One with settings of its own is not offered: those of this run have been read without them.
  private static func offerToFetch(_ configuration: DatasetConfiguration) throws {
    guard let dataset = FetchedDataset.named(configuration.name), dataset.settings == nil, configuration.folder == nil,
      isatty(STDIN_FILENO) == 1, Output.noteIsTerminal, let folder = configuration.dataPaths.first
    else { return }
    Output.raw("\(dataset.name) is not in \(folder) yet. Download it now (about \(dataset.size))? [Y/n] ")
    guard let answer = readLine(), ["", "y", "yes"].contains(answer.lowercased()) else { return }
    try dataset.fetch(into: URL(fileURLWithPath: folder), note: Output.note)
  }
}
