import Foundation
import Kernels
import Literals

/// One training run: epochs, validation, early stopping and final evaluation.
///
/// The results depend on configuration and dataset alone. A run that is interrupted and resumed from a checkpoint gives the same
/// bits as an uninterrupted one.
///
/// Source: RecBole 1.2.1, `Trainer`.
public final class Trainer {
  private let training: TrainingConfiguration
  private let evaluation: EvaluationConfiguration
  private let dataset: SequenceDataset
  private let network: BERT4Rec
  private let optimizer: Optimizer
  private let average: WeightAverage?
  private let best: Parameters
  private let rows: TrainingRows
  private let randomness: Randomness
  private let threads: BatchThreads
  private lazy var seen = SeenItems(dataset)
  private let measures: RankingMeasures
  private var progress: TrainingProgress
  /// The epoch and batch at which the run started.
  private var start = (epoch: 0, batch: 0)
  private var order: EpochOrder

  /// Creates a run that has not started.
  ///
  /// - Parameter dataset: A dataset loaded with the same configuration, so that its histories fit the network's positions.
  /// - Parameter version: One that is supported for the dataset's catalog.
  public init(configuration: Configuration, dataset: SequenceDataset, version: NumericVersion = .current) {
    let network = configuration.network
    precondition(
      dataset.maximumLength <= network.maximumLength,
      "histories of \(dataset.maximumLength) items for a network of \(network.maximumLength) positions")
    training = configuration.training
    evaluation = configuration.evaluation
    measures = RankingMeasures(configuration.evaluation, dataset)
    self.dataset = dataset
    self.network = BERT4Rec(network, itemCount: dataset.itemCount, precision: training.precision)
    threads = BatchThreads(
      self.network, BatchCut(version, configuration, BERT4RecShape(network, itemCount: dataset.itemCount)))
    optimizer = Optimizer(training, layout: self.network.layout)
    average = training.weightAverage.map { [layout = self.network.layout] in WeightAverage(decay: $0, layout: layout) }
    best = Parameters(layout: self.network.layout)
    randomness = Randomness(seed: training.seed)
    rows = TrainingRows(dataset, configuration, randomness)
    order = EpochOrder(training, rowCount: rows.count)
    progress = TrainingProgress(patience: training.patience)
    progress.isOver = training.epochs == 0
    self.network.parameters.initialize(deviation: network.initializerRange, randomness: randomness)
    self.network.parametersDidChange()
    best.buffer.all.copy(from: self.network.parameters.buffer.all)
  }

  /// Creates a run that resumes from a `checkpoint()`.
  ///
  /// - Throws: If the bytes are not a checkpoint of a run of this shape.
  public convenience init(
    configuration: Configuration, dataset: SequenceDataset, version: NumericVersion = .current, checkpoint: [UInt8]
  ) throws(SafetensorsError) {
    // Checked before the network is created, since most invalid checkpoints fail here.
    let state = try SavedRun(checkpoint)
    self.init(configuration: configuration, dataset: dataset, version: version)
    try restore(state)
  }

  // MARK: - Running

  /// The position of a run.
  public struct Position: Sendable {
    /// The current epoch, counted from 1.
    public let epoch: Int
    /// The completed share of the epoch's batches.
    public let fraction: Double
  }

  /// How a run ended.
  public enum Outcome: Sendable {
    case finished(TrainingResult)
    /// `shouldStop` returned true; a `checkpoint()` can resume from here.
    case interrupted
    /// A batch's loss was infinite or NaN, or the scores after an epoch were NaN.
    case diverged(Divergence)
  }

  /// The number of complete epochs trained so far.
  public var epoch: Int { progress.epoch }

  /// Whether anything has changed since the run started or was resumed: a batch was trained, or an epoch ended.
  public var hasAdvanced: Bool { (progress.epoch, progress.batch) != start }

  /// The number of trainable parameters.
  public var parameterCount: Int { network.layout.parameterCount }

  /// Trains to the end, then evaluates the best epoch's weights on validation and test samples.
  ///
  /// - Parameter threads: Called before each batch for the number of threads; results do not depend on it.
  /// - Parameter shouldStop: Called on any thread before each layer of a block of histories; if it returns true, the run ends as
  ///   `interrupted`.
  /// - Parameter onProgress: Called after each batch.
  /// - Parameter onEpoch: Called after each epoch; an error that it throws ends the run.
  public func run(
    threads: @escaping () -> Int = { 1 }, shouldStop: @escaping () -> Bool = { false },
    onProgress: (Position) -> Void = { _ in }, onEpoch: (EpochReport) throws -> Void = { _ in }
  ) throws -> Outcome {
    let control = RunControl(threads: threads, shouldStop: shouldStop)
    while !progress.isOver {
      guard let end = trainEpoch(control, onProgress) else { return .interrupted }
      if case .diverged(let divergence) = end { return .diverged(divergence) }
      switch validate(control) {
      case nil: return .interrupted
      case .diverged(let divergence)?: return .diverged(divergence)
      case .measured(let report)?: try onEpoch(report)
      }
    }
    switch measure(control) {
    case nil: return .interrupted
    case .diverged(let divergence)?: return .diverged(divergence)
    case .measured(let result)?: return .finished(result)
    }
  }

  /// The result of an evaluation; ranks exist only if the scores are numbers.
  private enum Measurement<Value> {
    case measured(Value)
    case diverged(Divergence)
  }

  /// - Parameter batch: `nil` for scores after the epoch.
  private func divergence(batch: Int? = nil, loss: Double = .nan, epoch: Int? = nil) -> Divergence {
    Divergence(epoch: epoch ?? progress.epoch + 1, batch: batch, loss: loss, lastFiniteLoss: progress.lastLoss)
  }

  private enum EpochEnd {
    case trained
    case diverged(Divergence)
  }

  /// Trains the rest of the epoch; `nil` if stopped.
  private func trainEpoch(_ control: RunControl, _ onProgress: (Position) -> Void) -> EpochEnd? {
    let batchCount = order.batchCount(of: progress.epoch)
    while progress.batch < batchCount {
      let rows = order.rows(ofBatch: progress.batch, epoch: progress.epoch)
      guard let end = trainBatch(rows, control) else { return nil }
      if case .trained(let loss) = end {
        guard loss.isFinite else {
          return .diverged(divergence(batch: progress.batch + 1, loss: loss))
        }
        progress.lastLoss = loss
        progress.lossSum += loss
        progress.lossCount += 1
      }
      progress.batch += 1
      onProgress(Position(epoch: progress.epoch + 1, fraction: Double(progress.batch) / Double(batchCount)))
    }
    return .trained
  }

  private enum BatchEnd {
    /// - Parameter loss: The mean over the counted masks.
    case trained(loss: Double)
    /// No mask counted, so nothing has changed.
    case withoutTargets
  }

  /// Forward pass, backward pass and one optimizer step.
  ///
  /// - Returns: `nil` if stopped; the parameters are then unchanged.
  private func trainBatch(_ numbers: ArraySlice<Int32>, _ control: RunControl) -> BatchEnd? {
    let batch = rows.batch(numbers, number: progress.batch, epoch: progress.epoch)
    guard batch.targetCount > 0 else { return .withoutTargets }
    let dropout = Dropout(network.configuration, randomness: randomness, epoch: progress.epoch)
    guard let trained = threads.train(batch, dropout, control) else { return nil }
    let loss = trained.loss / Double(batch.targetCount)
    if loss.isFinite {
      Profile.measure(.optimizer) {
        optimizer.update(network.parameters, trained.gradients, average: average, threads: control.threads())
      }
      network.parametersDidChange()
    }
    return .trained(loss: loss)
  }

  /// Runs `body` while the network has the weights that count: the average's, if there is one.
  private func withEvaluatedWeights<Result>(_ body: () -> Result) -> Result {
    guard let average else { return body() }
    return average.evaluate(in: network, steps: optimizer.step, body)
  }

  /// Validates if due, and moves on to the next epoch; `nil` if stopped.
  private func validate(_ control: RunControl) -> Measurement<EpochReport>? {
    withEvaluatedWeights { validateWeights(control) }
  }

  private func validateWeights(_ control: RunControl) -> Measurement<EpochReport>? {
    let number = progress.epoch + 1
    var metrics: Metrics?
    // Without validation samples, the last epoch's weights are kept.
    var improved = dataset.valid.isEmpty
    if !dataset.valid.isEmpty, number % training.effectiveInterval == 0 {
      let evaluator = Evaluator(dataset: dataset, seen: evaluation.isRepeatable ? nil : seen, for: evaluation)
      guard let ranks = threads.ranks(of: dataset.valid, evaluator, control) else { return nil }
      guard ranks.areNumbers else { return .diverged(divergence()) }
      metrics = measures.metrics(of: ranks)
      let verdict = progress.earlyStopping.judge(
        metrics?[evaluation.validationMetric] ?? .nan, isSmallerBetter: isSmallerBetter(evaluation.validationMetric))
      improved = verdict == .improved
      progress.isOver = verdict == .stop
    }
    if improved {
      best.buffer.all.copy(from: network.parameters.buffer.all)
      progress.bestEpoch = number
    }
    if number >= training.epochs { progress.isOver = true }
    let report = EpochReport(
      epoch: number, loss: progress.lossCount > 0 ? progress.lossSum : nil, batchCount: progress.lossCount,
      valid: metrics, isBest: improved && metrics != nil, isLast: progress.isOver)
    progress.epoch = number
    progress.batch = 0
    progress.lossSum = 0
    progress.lossCount = 0
    return .measured(report)
  }

  /// The best epoch's metrics on both held-out splits; `nil` if stopped.
  private func measure(_ control: RunControl) -> Measurement<TrainingResult>? {
    let last = network.parameters.buffer.all.values
    network.parameters.buffer.all.copy(from: best.buffer.all)
    network.parametersDidChange()
    defer {
      // A checkpoint taken after a stop here must contain the last epoch's weights again.
      network.parameters.buffer.all.copy(from: last)
      network.parametersDidChange()
    }
    let evaluator = Evaluator(dataset: dataset, seen: seen, for: evaluation)
    guard let valid = threads.ranks(of: dataset.valid, evaluator, control),
      let test = threads.ranks(of: dataset.test, evaluator, control)
    else { return nil }
    guard valid.areNumbers, test.areNumbers else { return .diverged(divergence(epoch: progress.bestEpoch)) }
    let validMetrics = measures.metrics(of: valid)
    // If no epoch was validated, this measurement is the run's value.
    let value = progress.earlyStopping.best ?? validMetrics?[evaluation.validationMetric]
    return .measured(
      TrainingResult(
        bestEpoch: progress.bestEpoch, epochCount: progress.epoch, bestValue: value, valid: validMetrics,
        test: measures.metrics(of: test), validRanks: valid, testRanks: test))
  }

  // MARK: - Weights and checkpoints

  /// The best epoch's weights, with RecBole's tensor names.
  ///
  /// - Parameter metadata: Free text by key, stored in the file.
  public func weights(metadata: [String: String] = [:]) -> Safetensors {
    Safetensors(tensors: best.tensors(), metadata: metadata)
  }

  /// Everything that a later `Trainer` needs to resume from here, as a safetensors file.
  public func checkpoint() throws -> [UInt8] {
    var tensors = network.parameters.sources()
    tensors.merge(best.sources(prefix: "best.")) { first, _ in first }
    if let average { tensors.merge(average.sum.sources(prefix: "average.")) { first, _ in first } }
    for (index, moment) in optimizer.moments.enumerated() {
      tensors.merge(moment.sources(prefix: "moment.\(index).")) { first, _ in first }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let progress = String(decoding: try encoder.encode(progress), as: UTF8.self)
    return try Safetensors.encoded(tensors, metadata: ["progress": progress, "step": "\(optimizer.step)"])
  }

  private func restore(_ state: SavedRun) throws(SafetensorsError) {
    let (file, name) = (state.file, SavedRun.name)
    guard state.progress.isPossible(in: training, order),
      0...order.batchCount(before: state.progress.epoch) + state.progress.batch ~= state.step
    else {
      throw SafetensorsError(
        location: name, found: "a state that is impossible with these settings", expected: "a checkpoint of this run")
    }
    try network.parameters.read(file, file: name)
    network.parametersDidChange()
    try best.read(file, prefix: "best.", file: name)
    try average?.sum.read(file, prefix: "average.", file: name)
    for (index, moment) in optimizer.moments.enumerated() {
      try moment.read(file, prefix: "moment.\(index).", file: name)
    }
    optimizer.step = state.step
    progress = state.progress
    start = (progress.epoch, progress.batch)
  }
}
