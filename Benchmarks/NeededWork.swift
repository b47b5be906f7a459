import Kernels
import Model

/// The arithmetic that training cannot do without, by which a step's speed is judged.
///
/// Histories at their true lengths, the last layer's queries and all after them at counted masks only; forward once, backward twice.
/// Elementwise work is not counted.
struct NeededWork {
  let network: NetworkConfiguration
  let dataset: SequenceDataset
  private let shape: BERT4RecShape
  private let masking: Masking
  private let randomness: Randomness

  init(_ configuration: Configuration, _ dataset: SequenceDataset) {
    network = configuration.network
    self.dataset = dataset
    shape = BERT4RecShape(network, itemCount: dataset.itemCount)
    masking = Masking(network, itemCount: dataset.itemCount)
    randomness = Randomness(seed: configuration.training.seed)
  }

  /// Floating-point operations of one history.
  func operations(length: Int, targets: Int) -> Double {
    guard targets > 0 else { return 0 }
    return 3
      * shape.operations(
        length: Double(length), targets: Double(targets),
        candidates: TrainingWork.candidates(network, itemCount: dataset.itemCount))
  }

  /// Floating-point operations of an epoch, with the masks that the epoch draws.
  ///
  /// Which samples come together in a batch is left open: a sample counts as masked in both ways, weighted by the batches of each.
  func operations(epoch: Int, batchSize: Int) -> Double {
    let batches = (dataset.train.count + batchSize - 1) / batchSize
    let last = (0..<batches).count { masking.kind(batch: $0, epoch: epoch, randomness) == .lastItem }
    let share = Double(last) / Double(batches)
    return (1 - share) * operations(epoch: epoch, .random) + share * operations(epoch: epoch, .lastItem)
  }

  private func operations(epoch: Int, _ kind: Masking.Kind) -> Double {
    var masked: [Int32] = []
    var counted: [MaskedPosition] = []
    return dataset.train.indices.reduce(0) { total, index in
      masking.mask(
        dataset.history(of: dataset.train[index]), kind, key: UInt32(index), epoch: epoch, randomness, into: &masked,
        counted: &counted)
      return total + operations(length: masked.count, targets: counted.count)
    }
  }
}
