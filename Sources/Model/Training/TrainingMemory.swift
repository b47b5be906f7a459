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
    let parameters = Self.parameterFloats(configuration.network, itemCount: dataset.itemCount)
    let workspace = Self.workspaceFloats(configuration.network, itemCount: dataset.itemCount)
    let transposed = Self.transposedFloats(configuration.network, itemCount: dataset.itemCount)
    let moments = Double(configuration.training.optimizer.momentCount)
    // Parameters, their gradient, the sum of several threads' gradients, and the best epoch's parameters.
    let training = (4 + moments) * parameters + transposed + workspace
    // The tensors and the file made from them exist at the same time; so does the old array while the file's array grows.
    let files = keepsCheckpoints ? 3 * (2 + moments) * parameters : 3 * parameters
    bytes = 4 * (training + files) + Self.batchBytes(configuration, dataset) + Self.roundingBytes
    // Its own gradient, and one waiting for its turn.
    bytesPerThread = 4 * (2 * parameters + workspace) + Self.roundingBytes
    let positions = min(configuration.training.batchSize, dataset.train.count) * configuration.network.maximumLength
    let heldOut = max(dataset.valid.count, dataset.test.count)
    mostThreads = max(
      MaskedBatch.partCount(positions: positions), BatchThreads.mostThreads(measuring: heldOut))
  }

  /// The memory for evaluating weights from a file, including the file.
  public init(measuring configuration: Configuration, _ dataset: SequenceDataset) {
    let parameters = Self.parameterFloats(configuration.network, itemCount: dataset.itemCount)
    let workspace = Self.workspaceFloats(configuration.network, itemCount: dataset.itemCount)
    let transposed = Self.transposedFloats(configuration.network, itemCount: dataset.itemCount)
    // The file and its tensors, the network's parameters and their gradients.
    bytes =
      4 * (4 * parameters + transposed + workspace) + 32 * Double(dataset.valid.count + dataset.test.count)
      + Self.roundingBytes
    bytesPerThread = 0
    mostThreads = 1
  }

  /// Allocator, thread stacks, epoch reports, and other small allocations.
  private static let roundingBytes = 4.0 * 1024 * 1024

  /// The order of the samples, and the masked batch, whose samples are arrays with a header and spare capacity.
  private static func batchBytes(_ configuration: Configuration, _ dataset: SequenceDataset) -> Double {
    let rows = Double(min(configuration.training.batchSize, dataset.train.count))
    let longest = Double(configuration.network.maximumLength)
    return 8 * Double(dataset.train.count) + rows * (2 * longest * (4 + 12) + 256)
      + 32 * Double(dataset.valid.count + dataset.test.count)
  }

  static func parameterFloats(_ network: NetworkConfiguration, itemCount: Int) -> Double {
    let (hidden, inner) = (Double(network.hiddenSize), Double(network.innerSize))
    let layer = 4 * hidden * hidden + 2 * hidden * inner + 9 * hidden + inner
    // There may be a gap of up to 15 floats before each parameter.
    let gaps = 15 * Double(16 * network.layerCount + 10)
    return Double(itemCount) + (Double(itemCount) + 1 + Double(network.maximumLength)) * hidden
      + Double(network.layerCount) * layer + hidden * hidden + 5 * hidden + gaps
  }

  static func transposedFloats(_ network: NetworkConfiguration, itemCount: Int) -> Double {
    let (hidden, inner) = (Double(network.hiddenSize), Double(network.innerSize))
    let layers = Double(network.layerCount) * (4 * hidden * hidden + 2 * hidden * inner)
    let items = itemCount <= ItemHead.mostItemsAtOnce ? hidden * Double(Arena.spacing(itemCount)) : 0
    return layers + hidden * hidden + items
  }

  /// The floats allocated by `LayerMemory`, `EmbeddingAndHeadMemory`, `BackwardScratch` and `ItemHead`.
  static func workspaceFloats(_ network: NetworkConfiguration, itemCount: Int) -> Double {
    let size = BERT4Rec.blockSize(network, itemCount: itemCount)
    let (positions, targets) = (Double(size.positions), Double(size.targets))
    let (hidden, inner, heads) = (Double(network.hiddenSize), Double(network.innerSize), Double(network.headCount))
    let keys = Double(roundedToLanes(size.longest))
    func layer(rows: Double) -> Double {
      let queries = min(rows, Double(size.longest))
      return positions * 3 * hidden + rows * (5 * hidden + 2 + 2 * inner + heads * keys) + queries * keys
        + hidden / heads * keys
    }
    let layers = Double(network.layerCount - 1) * layer(rows: positions) + layer(rows: targets) + 2 * targets * hidden
    let ends = positions * (2 * hidden + 1) + targets * (3 * hidden + 1)
    let scratch = max(positions, targets) * (8 * hidden + inner)
    return layers + ends + scratch + ItemHead.floatCount(classes: itemCount, hiddenSize: network.hiddenSize)
  }
}
