import Literals
import Model
import Tuner

/// Weights, and the configuration that they belong to.
struct WeightsSource {
  let file: Safetensors
  let configuration: Model.Configuration

  /// The place of the weights, for messages.
  let name: String

  /// What the weights are, in a sentence.
  let title: String

  /// The numbers that were measured with such weights.
  let measurement: String

  /// The study, and whether all its trials read the same files.
  private let study: (definition: StudyDefinition, readsSameFiles: Bool)?

  /// A file, with the configuration from its metadata as the weakest layer.
  init(file name: String, _ options: ConfigurationOptions) throws {
    file = try Safetensors(
      decoding: InputFile.bytes(
        of: name, remedy: "a safetensors file, such as '\(ProgramCommand.line("train --save=FILE"))' writes"),
      file: name)
    configuration = try options.configuration(below: file, named: name)
    self.name = name
    title = name
    measurement = "metrics"
    study = nil
  }

  /// The weights of a study's best trial, with the configuration of that trial.
  ///
  /// - Parameter name: The study's name, or `nil` for the newest study.
  /// - Parameter dataPath: The folder of datasets, in place of the study's.
  init(study name: String?, in storage: StorageOptions, dataPath: String?) throws {
    let store = try storage.reader()
    let study = try store.requiredStudy(name)
    let best = try store.leaderboard(of: study, LeaderboardQuery(top: 1, measuresCertainty: false)).rows.first
    guard let best, best.value != nil else {
      throw CommandError.input(
        message(
          at: study.name, found: "no trial with a value for \(study.definition.metric), so there is no best one",
          expected: "a study with a result"))
    }
    let remedy =
      "--weights=FILE with weights that '\(ProgramCommand.line("train --save=FILE"))' writes for its configuration"
    guard let weights = try store.savedWeights(of: study) else {
      throw CommandError.input(
        message(at: study.name, found: "no weights of trial \(best.trial), the best one", expected: remedy))
    }
    guard weights.trial == best.trial else {
      throw CommandError.input(
        message(
          at: study.name, found: "weights of trial \(weights.trial), but the best one is \(best.trial)",
          expected: remedy))
    }
    let (_, sources, _) = try StudyInvocation.sources(of: study.definition)
    let space = try SearchSpace(parsing: study.definition.searchSpace, file: "study \(study.name)")
    var layers = sources.layers + [TuningSpace.layer(best.hyperparameters, of: space)]
    if let dataPath {
      layers.append(ConfigurationLayer(source: "--data_path", canonical: ["data_path": .text(dataPath)]))
    }
    configuration = try Configuration(layers: layers, dataDirectories: sources.dataDirectories)
    file = try Safetensors(decoding: weights.bytes, file: weights.location)
    self.name = weights.location
    title = "the weights of trial \(best.trial), the best one of \(study.name)"
    measurement = "study's metrics"
    let readsSameFiles = space.parameters.allSatisfy { !["load_col", "benchmark_filename"].contains($0.name) }
    self.study = (study.definition, readsSameFiles)
  }

  /// Refuses a dataset that is not the one that the study has read: ids, and so the meaning of the weights, follow from its files.
  ///
  /// A weights file does not say what data it was made from.
  func check(_ dataset: SequenceDataset) throws(CommandError) {
    guard let study, study.readsSameFiles, study.definition.datasetHash != dataset.contentHash else { return }
    throw .input(
      message(
        at: dataset.name,
        found: "files that have changed since the study (SHA-256 \(dataset.contentHash.prefix(12))… instead of "
          + "\(study.definition.datasetHash.prefix(12))…)",
        expected: "the files of the study, in --data_path=FOLDER if they are elsewhere; for newer rows, "
          + "--histories=FILE"))
  }
}

extension ConfigurationOptions {
  /// The configuration of a weights file: its metadata as the weakest layer, if this program wrote it.
  func configuration(below file: Safetensors, named name: String) throws -> Model.Configuration {
    let known = Set(Model.Configuration.keys.map(\.name))
    var values: [String: Literal] = [:]
    for (key, text) in file.metadata where known.contains(key) && key != "data_path" {
      values[key] = try? Literal(parsing: text, as: .configuration)
    }
    return try sources(below: .init(source: name, canonical: values)).configuration()
  }
}
