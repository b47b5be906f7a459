import Kernels

/// The memory that a training run needs, computed from its configuration before anything is allocated.
///
/// It is an upper bound: buffers are counted one by one, and all other allocations are rounded up.
public struct TrainingMemory: Sendable, Equatable {
  /// Bytes of a run on one thread, excluding the dataset.
  public let bytes: Double

  /// Additional bytes for each further thread.
  public let bytesPerThread: Double

  /// The maximum number of threads for which the run has work; further threads need no memory.
  public let mostThreads: Int

  package init(bytes: Double, bytesPerThread: Double, mostThreads: Int = .max) {
    self.bytes = bytes
    self.bytesPerThread = bytesPerThread
    self.mostThreads = mostThreads
  }

  /// - Parameter keepsCheckpoints: Whether the run's state is written and read during the run.
  public init(_ configuration: Configuration, _ dataset: SequenceDataset, keepsCheckpoints: Bool) {
    let shape = BERT4RecShape(
      configuration.network, itemCount: dataset.itemCount, precision: configuration.training.precision)
    let parameters = Self.parameterFloats(shape)
    let workspace = Double(Workspace.floatCount(shape))
    let copies = Double(WeightCopies.floatCount(shape))
    let moments = Double(configuration.training.optimizer.momentCount)
    let averages = configuration.training.weightAverage == nil ? 0.0 : 1.0
    // Parameters, their gradient, the sum of several threads' gradients, and the best epoch's parameters.
    let buffers = 4 + moments + averages * Double(WeightAverage.bufferCount)
    let training = buffers * parameters + copies + workspace
    // The tensors and the file made from them exist at the same time; so does the old array while the file's array grows.
    let files = keepsCheckpoints ? 3 * (2 + moments + averages) * parameters : 3 * parameters
    bytes = 4 * (training + files) + Self.batchBytes(configuration, dataset) + Self.roundingBytes
    // Its own gradient, and one waiting for its turn.
    bytesPerThread =
      4 * (2 * parameters + workspace) + Self.listBytes(configuration.evaluation, dataset) + Self.roundingBytes
    let samples = min(configuration.training.batchSize, dataset.train.count)
    let heldOut = max(dataset.valid.count, dataset.test.count)
    mostThreads = max(
      BatchCut(.current, configuration, shape).mostParts(
        samples: samples, longest: configuration.network.maximumLength,
        targets: configuration.network.mostTargetsPerRow),
      BatchThreads.mostThreads(measuring: heldOut))
  }

  /// The memory for evaluating weights from a file, including the file.
  public init(measuring configuration: Configuration, _ dataset: SequenceDataset) {
    let shape = BERT4RecShape(configuration.network, itemCount: dataset.itemCount)
    let parameters = Self.parameterFloats(shape)
    let workspace = Double(Workspace.floatCount(shape))
    let copies = Double(WeightCopies.floatCount(shape))
    // The file and its tensors, the network's parameters and their gradients.
    bytes =
      4 * (4 * parameters + copies + workspace) + Self.rankBytes(dataset)
      + Self.measureBytes(configuration.evaluation, dataset) + Self.roundingBytes
    bytesPerThread = 0
    mostThreads = 1
  }

  /// Allocator, thread stacks, epoch reports, and other small allocations.
  private static let roundingBytes = 4.0 * 1024 * 1024

  /// The order of the rows, and a batch, whose rows are arrays with a header and spare capacity.
  private static func batchBytes(_ configuration: Configuration, _ dataset: SequenceDataset) -> Double {
    let rows = Double(min(configuration.training.batchSize, dataset.train.count))
    let longest = Double(configuration.network.maximumLength)
    let windows = configuration.network.objective == .causal ? CausalWindows.byteCount(dataset) : 0
    return 8 * Double(dataset.train.count) + Double(windows) + rows * (2 * longest * (4 + 12) + 256)
      + rankBytes(dataset) + measureBytes(configuration.evaluation, dataset)
  }

  /// What metrics need besides ranks: how often training predicts each item, the lists of both splits, those of the threads added up, and
  /// those that a thread collects; and the sizes of rankings.
  private static func measureBytes(_ evaluation: EvaluationConfiguration, _ dataset: SequenceDataset) -> Double {
    let sizes = evaluation.needsCandidateCounts ? 48 * Double(dataset.valid.count + dataset.test.count) : 0
    guard !evaluation.listCutoffs.isEmpty else { return sizes }
    // Lists of items in some order are made while tails are found and while metrics are computed.
    return sizes + 96 * Double(dataset.itemCount) + 5 * listBytes(evaluation, dataset)
  }

  /// The lists that one thread collects; 0 unless a metric needs them.
  static func listBytes(_ evaluation: EvaluationConfiguration, _ dataset: SequenceDataset) -> Double {
    ListCounts.byteCount(evaluation, itemCount: dataset.itemCount, targets: EnsembleScores.mostTargets)
  }

  /// The ranks of the held-out items, and what is left out of one ranking.
  private static func rankBytes(_ dataset: SequenceDataset) -> Double {
    48 * Double(dataset.valid.count + dataset.test.count) + Double(SeenItems.byteCount(dataset))
  }

  /// The number of floats of a buffer of parameters.
  static func parameterFloats(_ shape: BERT4RecShape) -> Double {
    // There may be a gap of up to 15 floats before each parameter, and at the end.
    Double(shape.sum { $0.count + 15 * $0.names.count } + 15)
  }
}
