/// The number of arithmetic operations of a training epoch, computed from a configuration before any training.
///
/// It counts the floating-point operations of the matrix products, for histories at their true lengths, with the last layer's queries
/// and everything after them at targets only; the backward pass counts twice as much as the forward pass. Masks count by their
/// expectation, so no random number is drawn. Elementwise work is not counted, since it is roughly proportional to the counted work within
/// a study.
public struct TrainingWork: Sendable, Equatable {
  /// Floating-point operations of one epoch, including its share of the validations.
  ///
  /// If an epoch is a share of the samples, it is the mean over the shares, which have other samples in each pass.
  public let operationsPerEpoch: Double

  /// The number of histories of each length in a dataset.
  ///
  /// Nothing else of the dataset is needed, which allows many configurations to share it.
  public struct Lengths: Sendable {
    /// The number of training histories by length.
    let train: [Int]

    /// The number of validation histories by length.
    let valid: [Int]

    /// The number of training sequences by their targets, for the causal objective.
    let sequences: [Int]

    let itemCount: Int

    public init(_ dataset: SequenceDataset) {
      train = Self.counts(dataset.train.lazy.map { Int($0.length) })
      valid = Self.counts(dataset.valid.lazy.map { Int($0.length) })
      sequences = Self.counts(dataset.trainingSequences.lazy.map { $0.count - 1 })
      itemCount = dataset.itemCount
    }

    private static func counts(_ lengths: some Sequence<Int>) -> [Int] {
      var counts: [Int] = []
      for length in lengths {
        if length >= counts.count { counts += [Int](repeating: 0, count: length + 1 - counts.count) }
        counts[length] += 1
      }
      return counts
    }
  }

  public init(_ configuration: Configuration, _ dataset: SequenceDataset) {
    self.init(configuration, Lengths(dataset))
  }

  /// Takes time proportional to the longest history.
  ///
  /// - Parameter lengths: The lengths of the dataset loaded with this configuration.
  public init(_ configuration: Configuration, _ lengths: Lengths) {
    let interval = min(configuration.training.validationInterval, configuration.training.epochs)
    let shape = BERT4RecShape(configuration.network, itemCount: lengths.itemCount)
    let validation = interval > 0 ? Self.validation(shape, lengths) / Double(interval) : 0
    let pass = Self.training(configuration.network, shape, lengths)
    operationsPerEpoch = pass / Double(configuration.training.epochsPerPass) + validation
  }

  // MARK: - All histories

  /// The number of items that the head scores for the loss at each target: all, or, for the pairwise loss, the label and one negative.
  package static func candidates(_ network: NetworkConfiguration, itemCount: Int) -> Double {
    switch network.loss {
    case .crossEntropy: Double(itemCount)
    case .pairwise: 2
    }
  }

  private static func training(
    _ network: NetworkConfiguration, _ shape: BERT4RecShape, _ lengths: Lengths
  ) -> Double {
    switch network.objective {
    case .cloze: masked(network, shape, lengths)
    case .causal: windows(network, shape, lengths)
    }
  }

  /// The mean over all ways to cut the sequences into windows.
  private static func windows(
    _ network: NetworkConfiguration, _ shape: BERT4RecShape, _ lengths: Lengths
  ) -> Double {
    let (longest, work) = (network.maximumLength, HistoryWork(network, shape))
    let ofWindow = (0...longest).map { work.operations(length: $0, targets: Double($0)) }
    // The sums of `ofWindow` from each number of targets on.
    var sums = [Double](repeating: 0, count: longest + 2)
    for targets in ofWindow.indices.reversed() { sums[targets] = sums[targets + 1] + ofWindow[targets] }
    var total = 0.0
    for (targets, count) in lengths.sequences.enumerated() where count > 0 {
      let windowCount = CausalWindows.windowCount(targets: targets, longest: longest)
      guard windowCount > 1 else {
        total += Double(count) * ofWindow[targets]
        continue
      }
      // The first and the last window have any number of targets from `least` to L, with the same probability.
      let least = targets - (windowCount - 1) * longest
      let outer = sums[least] / Double(longest - least + 1)
      total += Double(count) * (2 * outer + Double(windowCount - 2) * ofWindow[longest])
    }
    return total
  }

  private static func masked(
    _ network: NetworkConfiguration, _ shape: BERT4RecShape, _ lengths: Lengths
  ) -> Double {
    let masking = Masking(network, itemCount: lengths.itemCount)
    let expectations = masking.expectations(upTo: lengths.train.count - 1)
    let work = HistoryWork(network, shape)
    var total = 0.0
    for (length, count) in lengths.train.enumerated() where count > 0 && length > 1 {
      let expected = expectations[length]
      // The operations are linear in the number of targets, so the mean over histories with targets is sufficient.
      let random =
        expected.chance > 0
        ? expected.chance * work.operations(length: length, targets: expected.targets / expected.chance) : 0
      let last = work.operations(length: length, targets: 1)
      total += Double(count) * ((1 - masking.lastItemRatio) * random + masking.lastItemRatio * last)
    }
    return total
  }

  private static func validation(_ shape: BERT4RecShape, _ lengths: Lengths) -> Double {
    lengths.valid.enumerated().reduce(0) { total, entry in
      total + Double(entry.element)
        * shape.operations(length: Double(entry.offset), targets: 1, candidates: Double(lengths.itemCount))
    }
  }
}
