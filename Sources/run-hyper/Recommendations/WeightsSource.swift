import Literals
import Model
import Tuner

/// Weights, and the configuration that they belong to.
///
/// Those of a study's trial are the ones that the study keeps; if it keeps none, the trial is trained again.
struct WeightsSource {
  let configuration: Model.Configuration

  /// The place of the weights, for messages.
  let name: String

  /// What the weights are, in a sentence.
  let title: String

  /// The numbers that were measured with such weights.
  let measurement: String

  /// The training that gives the weights; `nil` if they exist.
  let training: TrialTraining?

  /// The weights if they exist.
  private let file: Safetensors?

  /// The study, and whether all its trials read the same files.
  private let study: (definition: StudyDefinition, readsSameFiles: Bool)?

  /// A file, with the configuration from its metadata as the weakest layer.
  init(file name: String, _ options: ConfigurationOptions) throws {
    let file = try Safetensors(
      decoding: InputFile.bytes(
        of: name, remedy: "a safetensors file, such as '\(ProgramCommand.line("train --save=FILE"))' writes"),
      file: name)
    self.file = file
    configuration = try options.configuration(below: file, named: name)
    self.name = name
    title = name
    measurement = "metrics"
    training = nil
    study = nil
  }

  /// The weights of a study's trial, with the configuration of that trial.
  ///
  /// - Parameter name: The study's name, or `nil` for the newest study.
  /// - Parameter trial: A completed trial, which may repeat another one.
  /// - Parameter dataPath: The folder of datasets, in place of the study's.
  init(study name: String?, trial: ChosenTrial = .best, in storage: StorageOptions, dataPath: String?) throws {
    let store = try storage.reader()
    let study = try store.requiredStudy(name)
    let best = try Self.best(of: study, in: store, isRequired: trial == .best)
    let number = if case .number(let number) = trial { number } else { best ?? 0 }
    try self.init(
      try store.trainedTrial(number, of: study), of: study, in: store, dataPath: dataPath, isBest: number == best)
  }

  /// The weights of a trial.
  ///
  /// - Parameter isBest: Whether it is the study's best trial, for messages.
  init(_ trial: TrainedTrial, of study: Study, in store: StudyStore, dataPath: String?, isBest: Bool) throws {
    let definition = study.definition
    let recipes = try TrialRecipes(of: definition)
    let seed = trial.repetition > 0 ? StudyDefinition.seed(definition.seed, ofRepetition: trial.repetition) : nil
    configuration = try recipes.configuration(of: trial.hyperparameters, seed: seed, dataPath: dataPath)
    let what = isBest ? ", the best one of \(study.name)" : " of \(study.name)"
    title = "the weights of trial \(trial.number)\(what)"
    if let kept = try store.savedWeights(of: study, trial: trial.number) {
      file = try Safetensors(decoding: kept.bytes, file: kept.location)
      name = kept.location
      training = nil
    } else {
      file = nil
      name = "trial \(trial.number) of \(study.name)"
      training = try TrialTraining(trial, of: definition, configuration)
    }
    measurement = "study's metrics"
    self.study = (definition, recipes.readSameFiles)
  }

  /// The number of a study's best trial, as the leaderboard has it.
  ///
  /// - Parameter isRequired: Whether to throw if there is none.
  private static func best(of study: Study, in store: StudyStore, isRequired: Bool) throws -> Int? {
    let best = try store.leaderboard(of: study, LeaderboardQuery(top: 1, measuresCertainty: false)).rows.first
    if let best, best.value != nil { return best.trial }
    guard isRequired else { return nil }
    throw CommandError.input(
      message(
        at: study.name, found: "no trial with a value for \(study.definition.metric), so there is no best one",
        expected: "a study with a result"))
  }

  /// Refuses a dataset that is not the one that the study has read: ids, and so the meaning of the weights, follow from its files.
  ///
  /// A weights file does not say what data it was made from.
  func check(_ dataset: SequenceDataset) throws(CommandError) {
    try training?.check(dataset)
    guard let study, study.readsSameFiles, study.definition.datasetHash != dataset.contentHash else { return }
    throw .input(
      message(
        at: dataset.name,
        found: "files that have changed since the study (SHA-256 \(dataset.contentHash.prefix(12))… instead of "
          + "\(study.definition.datasetHash.prefix(12))…)",
        expected: "the files of the study, in --data_path=FOLDER if they are elsewhere; for newer rows, "
          + "--histories=FILE"))
  }

  /// A network with these weights, if they exist.
  func model(on dataset: SequenceDataset) throws -> SavedModel? {
    try file.map { try SavedModel($0, file: name, configuration: configuration, dataset: dataset) }
  }

  /// Checks that weights that exist have the parameters of the network in their shapes.
  func checkShapes(on dataset: SequenceDataset) throws(SafetensorsError) {
    guard let file else { return }
    try SavedModel.check(file, file: name, configuration: configuration, dataset: dataset)
  }

  /// The weights; those that do not exist are trained first, which is announced, and shown while it lasts.
  ///
  /// - Parameter dataset: The dataset of the configuration, which has been checked.
  /// - Parameter threads: The weights do not depend on it.
  /// - Throws: `CommandError`.
  func weights(on dataset: SequenceDataset, threads: Int, shouldStop: @escaping () -> Bool) throws -> Safetensors {
    if let file { return file }
    guard let training else { preconditionFailure("neither weights nor a training") }
    return try training.run(on: dataset, threads: threads, shouldStop: shouldStop)
  }
}

extension ConfigurationOptions {
  /// Refuses a study or a trial beside a weights file, and a configuration beside a study, which has its own.
  func check(weights: String?, study: String?, trial: ChosenTrial?) throws(CommandError) {
    if weights != nil, let study {
      throw .input("--weights: found also the study '\(study.inMessage)'; expected one of the two")
    }
    if weights != nil, let trial {
      throw .input("--trial: found \(trial) with --weights, which names the weights already; expected one of the two")
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
