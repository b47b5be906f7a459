/// The number of a dataset's training samples from which a network can learn.
///
/// A mask on the first item of a history never counts in the loss, so a history of one item has nothing to predict: see `Masking`. The
/// causal objective learns from every sample.
/// This depends only on lengths and settings, so it is known before training.
///
/// Source: RecBole 1.2.1, `BERT4Rec.calculate_loss`, which treats place 0 as padding.
public struct TrainableSamples: Sendable, Hashable {
  /// The number of training samples whose history can contain a counted mask.
  public private(set) var count = 0

  /// The number of all training samples.
  public let total: Int

  /// The number of rows of a pass over the training data: the samples, or the windows of the causal objective.
  public let rowCount: Int

  /// The number of users with at least one such sample.
  public private(set) var userCount = 0

  /// The number of users with training samples.
  public private(set) var totalUserCount = 0

  /// Takes time proportional to the number of training samples.
  public init(_ dataset: SequenceDataset, _ network: NetworkConfiguration) {
    total = dataset.train.count
    rowCount = network.objective == .causal ? CausalWindows(dataset, network).count : total
    let shortest = network.shortestTrainableHistory.map(Int32.init) ?? .max
    // For each user: 0 for no sample, 1 if no sample can teach, 2 if one can.
    var levels = [UInt8](repeating: 0, count: dataset.userTokens.count)
    for sample in dataset.train {
      let level: UInt8 = sample.length >= shortest ? 2 : 1
      if level == 2 { count += 1 }
      levels[Int(sample.user)] = max(levels[Int(sample.user)], level)
    }
    for level in levels {
      if level > 0 { totalUserCount += 1 }
      if level == 2 { userCount += 1 }
    }
  }

  /// Whether fewer than half of the samples can teach, which deserves a warning.
  public var areFew: Bool { count * 2 < total }
}

extension NetworkConfiguration {
  /// The length of the shortest history whose prediction, or in which a mask, can count in the loss; `nil` if none ever does.
  ///
  /// Both kinds of batches can mask the last item, and the mask of the last item is dropped last.
  public var shortestTrainableHistory: Int? {
    if objective == .causal { return 1 }
    let masksLastItem = lastItemRatio > 0
    let masksAtRandom = lastItemRatio < 1 && maskRatio > 0
    return masksLastItem || masksAtRandom ? 2 : nil
  }
}

extension DatasetConfiguration {
  /// The minimum number of a user's rows that gives a training sample with a history of `length` items; `nil` if no number of a user's own
  /// rows, or only a very large one, does.
  public func rowsNeeded(forTrainingHistory length: Int) -> Int? {
    (length + 1...Self.mostRowsNeeded).first { rows in
      (Splitter.counts(of: rows - 1, split)?.train ?? 0) >= length
    }
  }

  /// More rows than anyone would be asked for.
  private static let mostRowsNeeded = 10_000
}
