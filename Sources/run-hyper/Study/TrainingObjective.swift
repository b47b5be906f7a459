import Literals
import Model
import Tuner

/// Trains BERT4Rec with a trial's hyperparameters: where the tuner and the model meet.
struct TrainingObjective: Objective {
  private let space: TuningSpace
  private let version: NumericVersion
  private let datasets: [DatasetConfiguration: SequenceDataset]
  private let lengths: [DatasetConfiguration: TrainingWork.Lengths]

  private let budget: ThreadBudget

  /// Minimum time between two checkpoints of a trial.
  private let checkpointInterval: Duration

  /// - Parameter version: The numeric version with which the study began.
  /// - Parameter threads: The number of threads for all trials together.
  /// - Parameter checkpointInterval: Keeps short epochs from waiting for the disk.
  init(
    _ space: TuningSpace, datasets: [DatasetConfiguration: SequenceDataset], version: NumericVersion, threads: Int,
    checkpointInterval: Duration = .seconds(1)
  ) {
    budget = ThreadBudget(threads: threads)
    self.space = space
    self.datasets = datasets
    self.version = version
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

  /// Whether a configuration can be trained on the data that is loaded; always true unless impossible ones are left out.
  func isPossible(_ hyperparameters: Hyperparameters) -> Bool {
    guard space.plan.leavesOut else { return true }
    return (try? space.configuration(of: hyperparameters)).map { datasets[$0.dataset] != nil } ?? false
  }

  private func train(_ trial: RunningTrial) throws -> TrialOutcome {
    let configuration = try space.configuration(of: trial.hyperparameters, repetition: trial.repetition)
    guard let dataset = datasets[configuration.dataset] else {
      // A trial that somebody has changed in the database may read data that the study has not loaded.
      throw CommandError.failed("the dataset of \(trial.hyperparameters) was not loaded")
    }
    let trainer = try trainer(configuration, dataset, for: trial)
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
        if now - lastCheckpoint >= checkpointInterval, trial.takesState {
          checkpoint = try trainer.checkpoint()
          lastCheckpoint = now
        }
        try trial.report(
          epoch: report.epoch, values: report.curve, checkpoint: checkpoint, isLast: report.isLast)
      })
    switch outcome {
    case .finished(let result):
      return .completed(
        TrialResult(
          result, configuration.evaluation, dataset,
          weights: try trainer.weights(metadata: configuration.metadata).encoded()))
    case .diverged(let divergence):
      return .diverged(epoch: divergence.epoch, message: divergence.description)
    case .interrupted:
      // A trial that has not advanced can restart where it started, without a checkpoint.
      return .interrupted(epoch: trainer.epoch, checkpoint: trainer.hasAdvanced ? try trainer.checkpoint() : nil)
    }
  }

  /// A run from the trial's checkpoint, or from the beginning if there is none that fits.
  private func trainer(
    _ configuration: Model.Configuration, _ dataset: SequenceDataset, for trial: RunningTrial
  ) throws -> Trainer {
    if let checkpoint = trial.checkpoint {
      do {
        return try Trainer(configuration: configuration, dataset: dataset, version: version, checkpoint: checkpoint)
      } catch {
        try trial.startAfresh(because: "\(error)")
      }
    }
    return Trainer(configuration: configuration, dataset: dataset, version: version)
  }
}

extension EpochReport {
  /// The epoch's points of the learning curve.
  ///
  /// A missing loss is stored as NaN, since an epoch without a point would be a gap in the curve.
  var curve: [(name: String, value: Double)] {
    [("train.loss", loss ?? .nan)] + (valid?.values ?? []).map { ("\(MetricName.valid($0.name))", $0.value) }
  }
}

extension Model.Configuration {
  /// The metadata of a weights file: every key and its value, except the location of the data on this machine.
  var metadata: [String: String] {
    Dictionary(values.filter { $0.key != "data_path" }.map { ($0.key, $0.value.exactJSON) }) { $1 }
  }
}

extension TrialResult {
  /// - Parameter evaluation: Says which ranking counts.
  /// - Parameter dataset: Says whose samples the ranks are.
  init(_ result: TrainingResult, _ evaluation: EvaluationConfiguration, _ dataset: SequenceDataset, weights: [UInt8]) {
    let names = (result.valid ?? result.test)?.values.map(\.name) ?? []
    let metrics = [("valid", result.valid), ("test", result.test)].flatMap { split, metrics in
      names.map { SplitMetric(split: split, name: $0, value: metrics?[$0]) }
    }
    func ranks(isRepeatable: Bool) -> [String: UserRanks] {
      ["valid": (result.validRanks, dataset.valid), "test": (result.testRanks, dataset.test)].compactMapValues {
        ranks, samples in ranks.ranks(isRepeatable: isRepeatable).map { UserRanks($0, of: samples) }
      }
    }
    self.init(
      bestEpoch: result.bestEpoch, bestValue: result.bestValue, metrics: metrics,
      ranks: ranks(isRepeatable: evaluation.isRepeatable), otherRanks: ranks(isRepeatable: !evaluation.isRepeatable),
      weights: weights)
  }
}

extension UserRanks {
  /// - Parameter ranks: Of any size.
  /// - Parameter samples: Those whose held-out items have the ranks.
  init(_ ranks: [Int], of samples: [Sample]) {
    self.init(ranks.map { UInt16(clamping: $0) }, users: samples.map(\.user))
  }
}
