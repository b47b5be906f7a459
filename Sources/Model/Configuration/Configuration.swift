import Foundation
import Literals

/// Everything that a training run depends on, validated and typed.
public struct Configuration: Sendable, Hashable {
  public var model = ModelKind.bert4Rec
  public var dataset = DatasetConfiguration()
  public var network = NetworkConfiguration()
  public var training = TrainingConfiguration()
  public var evaluation = EvaluationConfiguration()

  /// Notes about settings that were accepted but have no effect, or may be read in an unexpected way; one sentence each.
  public private(set) var notes: [String] = []

  /// The defaults.
  public init() {}

  /// Combines layers and validates the result.
  ///
  /// A key's strongest value replaces weaker ones as a whole, except that sub-keys missing from `eval_args` keep
  /// their defaults. (RecBole fills them with defaults that then refuse to train.) For the dataset
  /// `ml-100k` with `time_precision: float32`, RecBole's own settings for that dataset come first.
  ///
  /// - Parameter layers: Weakest first.
  /// - Parameter dataDirectories: Folders searched for the dataset after `datasets` and `dataset`.
  /// - Throws: All problems at once.
  public init(layers: [ConfigurationLayer], dataDirectories: [String] = []) throws(ConfigurationError) {
    var reader = ConfigurationReader(layers: layers)
    dataset.dataPaths += dataDirectories
    read([KeyTable.model, KeyTable.place, KeyTable.times], from: &reader)
    startFromReferenceSettings(&reader)
    read([KeyTable.files], from: &reader)
    checkFiles(&reader)
    read([KeyTable.network, KeyTable.seed, KeyTable.training], from: &reader)
    read([KeyTable.split, KeyTable.rounding, KeyTable.measures], from: &reader)
    checkValidationMetric(&reader)
    checkNetwork(&reader)
    reader.reportOthers()
    guard reader.problems.isEmpty else { throw ConfigurationError(reader.problems, notes: reader.notes) }
    notes = reader.notes
  }

  /// Reads sections of the table of keys.
  private mutating func read(_ sections: [[ConfigurationKey]], from reader: inout ConfigurationReader) {
    for section in sections {
      for key in section { key.read(into: &self, from: &reader) }
    }
  }

  /// Equal configurations give equal results on equal data.
  public static func == (first: Configuration, second: Configuration) -> Bool {
    first.model == second.model && first.dataset == second.dataset && first.network == second.network
      && first.training == second.training && first.evaluation == second.evaluation
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(model)
    hasher.combine(dataset)
    hasher.combine(network)
    hasher.combine(training)
    hasher.combine(evaluation)
  }
}

// MARK: - The dataset's own file

extension Configuration {
  /// The YAML file in the folder of the dataset named by `layers`, to be put below them.
  ///
  /// - Returns: `nil` if the dataset or the file `<path>/<name>/<name>.yaml` is not there.
  ///   The same applies if their names are invalid, which `init(layers:)` reports together with all other problems.
  /// - Throws: If the file cannot be read, or names another dataset or place.
  public static func datasetLayer(
    for layers: [ConfigurationLayer], dataDirectories: [String] = []
  ) throws(ConfigurationError) -> ConfigurationLayer? {
    guard let dataset = place(in: layers, dataDirectories), let folder = dataset.folder else { return nil }
    let path = "\(folder)/\(dataset.name).yaml"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let layer = try ConfigurationLayer(yamlFile: path)
    for entry in layer.entries where entry.key == "data_path" || entry.key == "dataset" {
      guard entry.key != "dataset" || entry.value.plain != dataset.name else { continue }
      throw ConfigurationError(
        at: entry.location, found: "\(entry.key) \(entry.value) in the file of the dataset \(dataset.name)",
        expected: "no such key here, or in another file")
    }
    return layer
  }

  /// Checks that the dataset named by `layers` is there, whatever else they say.
  ///
  /// - Throws: If there is no such folder. Invalid names are left to `init(layers:)`.
  public static func checkDataset(for layers: [ConfigurationLayer], dataDirectories: [String] = []) throws {
    _ = try place(in: layers, dataDirectories)?.existingFolder()
  }

  /// The dataset that layers name, of which only the place is read; `nil` if the names are invalid.
  private static func place(in layers: [ConfigurationLayer], _ dataDirectories: [String]) -> DatasetConfiguration? {
    var reader = ConfigurationReader(layers: layers)
    var configuration = Configuration()
    configuration.dataset.dataPaths += dataDirectories
    configuration.read([KeyTable.place], from: &reader)
    return reader.problems.isEmpty ? configuration.dataset : nil
  }
}
