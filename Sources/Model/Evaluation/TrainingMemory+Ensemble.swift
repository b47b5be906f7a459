extension TrainingMemory {
  /// A network of an ensemble, with what it is trained or measured on.
  public struct Candidate {
    let configuration: Configuration
    let dataset: SequenceDataset
    let isTrained: Bool

    /// - Parameter isTrained: Whether it has to be trained first.
    public init(_ configuration: Configuration, _ dataset: SequenceDataset, isTrained: Bool) {
      (self.configuration, self.dataset, self.isTrained) = (configuration, dataset, isTrained)
    }
  }

  /// The memory for choosing an ensemble: what is kept of every candidate, and the training or measuring of the largest one.
  public init(choosingAmong candidates: [Candidate]) {
    var (kept, largest, perThread) = (0.0, 0.0, 0.0)
    var hidden: [Int] = []
    for candidate in candidates {
      let (configuration, dataset) = (candidate.configuration, candidate.dataset)
      let shape = BERT4RecShape(configuration.network, itemCount: dataset.itemCount)
      let parameters = Self.parameterFloats(shape)
      let width = Double(configuration.network.hiddenSize)
      let samples = Double(dataset.valid.count + dataset.test.count)
      // The weights as tensors, the items as the head uses them, and outputs; ranks of validation samples in several forms.
      kept += 4 * (parameters + Double(dataset.itemCount) * (width + 1) + samples * width) + 64 * samples
      hidden.append(configuration.network.hiddenSize)
      let measuring = TrainingMemory(measuring: configuration, dataset)
      let training = TrainingMemory(configuration, dataset, keepsCheckpoints: false)
      let isTrained = candidate.isTrained
      largest = max(largest, measuring.bytes, isTrained ? training.bytes : 0)
      perThread = max(
        perThread, 4 * (parameters + Double(Workspace.floatCount(shape))), isTrained ? training.bytesPerThread : 0)
    }
    // All rank the same held-out items.
    if let first = candidates.first, !first.configuration.evaluation.isRepeatable {
      kept += Double(HeldOut.byteCount(first.dataset))
    }
    let scores = 4 * Double(EnsembleScores.floatCount(hiddenSizes: hidden))
    // Each candidate is tried with lists of its own.
    let lists = candidates.first.map { first in
      Double(candidates.count) * Self.listBytes(first.configuration.evaluation, first.dataset)
    }
    bytes = kept + largest + scores + 2 * (lists ?? 0)
    bytesPerThread = perThread + scores + (lists ?? 0) + 4 * 1024 * 1024
    mostThreads = .max
  }

  /// The memory of several networks that answer together.
  public init(together all: [TrainingMemory]) {
    self.init(
      bytes: all.reduce(0) { $0 + $1.bytes }, bytesPerThread: all.reduce(0) { $0 + $1.bytesPerThread },
      mostThreads: all.map(\.mostThreads).max() ?? 1)
  }
}
