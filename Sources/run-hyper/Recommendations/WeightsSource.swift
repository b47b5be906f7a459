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

  /// The weights of a trial of a study, with the configuration of that trial.
  ///
  /// - Parameter name: The study's name, or `nil` for the newest study.
  /// - Parameter dataPath: The folder of datasets, in place of the study's.
  init(
    study name: String?, trial chosen: ChosenTrial = .best, in storage: StorageOptions, dataPath: String?
  ) throws {
    let store = try storage.reader()
    let study = try store.requiredStudy(name)
    let trial = try chosen.found(in: study, of: store)
    let weights = try trial.weights(of: study, in: store)
    let (_, sources, _) = try StudyInvocation.sources(of: study.definition)
    let space = try SearchSpace(parsing: study.definition.searchSpace, file: "study \(study.name)")
    var layers = sources.layers + [TuningSpace.layer(trial.hyperparameters, of: space)]
    if let dataPath {
      layers.append(ConfigurationLayer(source: "--data_path", canonical: ["data_path": .text(dataPath)]))
    }
    configuration = try Configuration(layers: layers, dataDirectories: sources.dataDirectories)
    file = try Safetensors(decoding: weights.bytes, file: weights.location)
    self.name = weights.location
    title = "the weights of trial \(trial.number)\(trial.isBest ? ", the best one" : "") of \(study.name)"
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
  /// Refuses a study beside a weights file, and a configuration beside a study, which has its own.
  func check(weights: String?, study: String?) throws(CommandError) {
    if weights != nil, let study {
      throw .input("--weights: found also the study '\(study.inMessage)'; expected one of the two")
    }
    guard weights == nil else { return }
    let other =
      [("model", model), ("dataset", dataset)].first { $0.1 != nil }?.0
      ?? (configFiles.isEmpty ? nil : "config_files") ?? settings.first?.pair.key
    guard let other else { return }
    throw .input(
      "--\(other.inMessage): found without --weights; expected no configuration, since a study has its own, or "
        + "--weights=FILE")
  }

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
