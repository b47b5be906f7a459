/// How many of a dataset's training samples can teach a network anything.
///
/// A mask on the first item of a history never counts in the loss, so a history of one item has nothing to predict: see `Masking`.
/// This depends on lengths and settings alone, and so is known before training.
///
/// Source: RecBole 1.2.1, `BERT4Rec.calculate_loss`, which takes place 0 for padding.
public struct TrainableSamples: Sendable, Hashable {
  /// Training samples whose history can hold a mask that counts.
  public private(set) var count = 0

  /// All training samples.
  public let total: Int

  /// Users with at least one such sample.
  public private(set) var userCount = 0

  /// Users with training samples.
  public private(set) var totalUserCount = 0

  /// Takes time in proportion to the number of training samples.
  public init(_ dataset: SequenceDataset, _ network: NetworkConfiguration) {
    total = dataset.train.count
    let shortest = network.shortestTrainableHistory.map(Int32.init) ?? .max
    // For each user: 0 without a sample, 1 with samples that teach nothing, 2 with one that can teach.
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

  /// Whether so few can teach that it should be said: fewer than half.
  public var areFew: Bool { count * 2 < total }
}

extension NetworkConfiguration {
  /// The shortest history, in items, in which a mask can count in the loss; `nil` where no mask ever counts.
  ///
  /// Both kinds of batches can mask the last item, and of a history's masks it is the last to stop counting.
  public var shortestTrainableHistory: Int? {
    let masksLastItem = lastItemRatio > 0
    let masksAtRandom = lastItemRatio < 1 && maskRatio > 0
    return masksLastItem || masksAtRandom ? 2 : nil
  }
}

extension DatasetConfiguration {
  /// The fewest rows of a user that leave a training sample with a history of `length` items.
  public func rowsNeeded(forTrainingHistory length: Int) -> Int {
    var rows = length + 1
    while Splitter.counts(of: rows - 1, split).train < length { rows += 1 }
    return rows
  }
}
