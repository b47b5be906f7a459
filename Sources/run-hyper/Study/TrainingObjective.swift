import Literals
import Model
import Tuner

/// Trains BERT4Rec with a trial's hyperparameters: where the tuner and the model meet.
struct TrainingObjective: Objective {
  /// Goes up when the same configuration gives other numbers than before.
  static let numericVersion = 2

  /// Whether this program gives the numbers of a version for a catalogue of so many items.
  ///
  /// Version 2 goes through large catalogues in tiles, which changes the last bits there and nothing else.
  static func agrees(with version: Int, itemCount: Int) -> Bool {
    version == numericVersion || (version == 1 && itemCount < ItemHead.mostItemsAtOnce)
  }

  private let space: TuningSpace
  private let datasets: [DatasetConfiguration: SequenceDataset]
  private let lengths: [DatasetConfiguration: TrainingWork.Lengths]

  private let budget: ThreadBudget

  /// Least time between two checkpoints of a trial.
  private let checkpointInterval: Duration

  /// - Parameter threads: For all trials together.
  /// - Parameter checkpointInterval: So that short epochs do not wait for the disk.
  init(
    _ space: TuningSpace, datasets: [DatasetConfiguration: SequenceDataset], threads: Int,
    checkpointInterval: Duration = .seconds(1)
  ) {
    budget = ThreadBudget(threads: threads)
    self.space = space
    self.datasets = datasets
    lengths = datasets.mapValues(TrainingWork.Lengths.init)
    self.checkpointInterval = checkpointInterval
  }

  func run(_ trial: RunningTrial) throws -> TrialOutcome { try budget.run { try train(trial) } }

  func cost(of hyperparameters: Hyperparameters) -> TrialCost? {
    guard let configuration = try? space.configuration(of: hyperparameters),
      let lengths = lengths[configuration.dataset]
    else { return nil }
    return TrialCost(
      perEpoch: TrainingWork(configuration, lengths).operationsPerEpoch, epochs: configuration.training.epochs)
  }

  private func train(_ trial: RunningTrial) throws -> TrialOutcome {
    let configuration = try space.configuration(of: trial.hyperparameters, repetition: trial.repetition)
    guard let dataset = datasets[configuration.dataset] else {
      preconditionFailure("the dataset of \(trial.hyperparameters) was not loaded")
    }
    let trainer = try Self.trainer(configuration, dataset, for: trial)
    let epochs = configuration.training.epochs
    var lastCheckpoint = ContinuousClock.now
    let outcome = try trainer.run(
      threads: { budget.share }, shouldStop: { trial.shouldStop },
      onProgress: { position in
        trial.progress(
          fraction: (Double(position.epoch - 1) + position.fraction) / Double(epochs),
          detail: "epoch \(position.epoch) of \(epochs)")
      },
      onEpoch: { report in
        var checkpoint: [UInt8]?
        let now = ContinuousClock.now
        if now - lastCheckpoint >= checkpointInterval {
          checkpoint = try trainer.checkpoint()
          lastCheckpoint = now
        }
        try trial.report(
          epoch: report.epoch, values: report.curve, checkpoint: checkpoint, isLast: report.isLast)
      })
    switch outcome {
    case .finished(let result):
      return .completed(
        TrialResult(result, weights: try trainer.weights(metadata: configuration.metadata).encoded()))
    case .diverged(let divergence):
      return .diverged(epoch: divergence.epoch, message: divergence.description)
    case .interrupted:
      // Where it began it can begin again.
      return .interrupted(epoch: trainer.epoch, checkpoint: trainer.hasAdvanced ? try trainer.checkpoint() : nil)
    }
  }

  /// A run from the trial's checkpoint, or from nothing where there is none that fits.
  private static func trainer(
    _ configuration: Model.Configuration, _ dataset: SequenceDataset, for trial: RunningTrial
  ) throws -> Trainer {
    if let checkpoint = trial.checkpoint {
      do {
        return try Trainer(configuration: configuration, dataset: dataset, checkpoint: checkpoint)
      } catch {
        try trial.startAfresh(because: "\(error)")
      }
    }
    return Trainer(configuration: configuration, dataset: dataset)
  }
}

extension EpochReport {
  /// The epoch's points of the learning curve.
  var curve: [(name: String, value: Double)] {
    [("train.loss", loss)] + (valid?.values ?? []).map { (name: "valid.\($0.name)", value: $0.value) }
  }
}

extension Model.Configuration {
  /// What a file of weights says about where they come from: every key and its value, but not where the data lay on this machine.
  var metadata: [String: String] {
    Dictionary(values.filter { $0.key != "data_path" }.map { ($0.key, $0.value.exactJSON) }) { $1 }
  }
}

extension TrialResult {
  init(_ result: TrainingResult, weights: [UInt8]) {
    let names = (result.valid ?? result.test)?.values.map(\.name) ?? []
    let metrics = [("valid", result.valid), ("test", result.test)].flatMap { split, metrics in
      names.map { SplitMetric(split: split, name: $0, value: metrics?[$0]) }
    }
    self.init(
      bestEpoch: result.bestEpoch, bestValue: result.bestValue, metrics: metrics,
      ranks: [
        "valid": result.validRanks.map { UInt16(clamping: $0) }, "test": result.testRanks.map { UInt16(clamping: $0) },
      ],
      weights: weights)
  }
}
