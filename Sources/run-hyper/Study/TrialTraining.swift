import Literals
import Model
import Tuner

/// Another training of a study's completed trial, for its weights, which the study does not keep.
///
/// It gives the same bits as the study's own, and its result is compared with the recorded one.
struct TrialTraining {
  private let trial: TrainedTrial
  private let study: String
  private let configuration: Model.Configuration
  private let version: NumericVersion

  /// Floating-point operations of the training; `nil` if unknown.
  var operations: Double? { trial.cost }

  /// The seconds that it took in the study.
  var seconds: Double { trial.seconds }

  /// - Parameter configuration: The trial's, with its seed.
  init(_ trial: TrainedTrial, of study: StudyDefinition, _ configuration: Model.Configuration) throws(CommandError) {
    guard let version = NumericVersion(rawValue: study.numericVersion) else {
      throw .input(
        message(
          at: study.name, found: "numeric version \(study.numericVersion)",
          expected:
            "one up to \(NumericVersion.current.rawValue): a later version of this program can train the trial again"))
    }
    (self.trial, self.study, self.configuration, self.version) = (trial, study.name, configuration, version)
  }

  /// Refuses a CPU that lacks the trial's precision, and a dataset on which this program no longer has the bits of the study.
  func check(_ dataset: SequenceDataset) throws(CommandError) {
    _ = try Processor.able(toTrainIn: [configuration.training.precision])
    guard !version.isSupported(itemCount: dataset.itemCount) else { return }
    throw .input(
      message(
        at: study, found: "no weights of trial \(trial.number), and numeric version \(version.rawValue)",
        expected: "a later one for \(dataset.itemCount) items: this program cannot train the trial again bit for bit"))
  }

  /// What trainings cost, such as `0.123 TFLOP, which took 8.1 s in the study`.
  static func cost(of trainings: [TrialTraining]) -> String {
    let operations = trainings.compactMap(\.operations)
    let seconds = ProgressText.duration(seconds: trainings.reduce(0) { $0 + $1.seconds })
    let work = operations.count == trainings.count ? "\(teraFLOP(operations.reduce(0, +))) TFLOP, which" : "this"
    return "\(work) took \(seconds) in the study"
  }

  /// Trains, after saying what it costs.
  ///
  /// - Throws: `CommandError` if it is stopped, or if the result is not the one that the study has recorded.
  func run(on dataset: SequenceDataset, threads: Int, shouldStop: @escaping () -> Bool) throws -> Safetensors {
    Output.note(
      "Training trial \(trial.number) of \(study) again, since its weights are not kept: \(Self.cost(of: [self]))")
    let trainer = Trainer(configuration: configuration, dataset: dataset, version: version)
    let display = TrainingDisplay(
      epochs: configuration.training.epochs, decimalPlaces: configuration.evaluation.metricDecimalPlaces)
    defer { display.finish() }
    let outcome = try trainer.run(
      threads: { threads }, shouldStop: shouldStop, onProgress: display.advance, onEpoch: display.report)
    switch outcome {
    case .finished(let result):
      try compare(TrialResult(result, configuration.evaluation, dataset, weights: []), result)
      return trainer.weights(metadata: configuration.metadata)
    case .diverged(let divergence): throw different("a training that diverged: \(divergence)")
    case .interrupted:
      throw CommandError.interrupted(
        "Interrupted in epoch \(trainer.epoch + 1) of the training of trial \(trial.number); nothing was written")
    }
  }

  /// Compares a result with the recorded one: the best epoch, its value, and all ranks.
  private func compare(_ result: TrialResult, _ training: TrainingResult) throws(CommandError) {
    if let epoch = trial.bestEpoch, epoch != result.bestEpoch {
      throw different("best epoch \(result.bestEpoch) instead of \(epoch)")
    }
    if let value = trial.bestValue, value != result.bestValue {
      throw different("the value \(result.bestValue.map { "\($0)" } ?? "of nothing") instead of \(value)")
    }
    for (split, ranks) in trial.ranks.sorted(by: { $0.key < $1.key }) where result.ranks[split] != ranks {
      // Earlier versions did not record which samples are of one user.
      let plain = split == "valid" ? training.validRanks : training.testRanks
      let all = plain.ranks(isRepeatable: configuration.evaluation.isRepeatable) ?? []
      guard ranks != UserRanks(all.map { UInt16(clamping: $0) }) else { continue }
      throw different("other ranks of users on \(split) samples")
    }
  }

  private func different(_ found: String) -> CommandError {
    .failed(
      message(
        at: study, found: "\(found), after training trial \(trial.number) again",
        expected: "what the study has recorded; train on the kind of machine, and with the version, that trained it"))
  }
}
