/// How a batch is cut into parts, which threads share out among themselves.
///
/// The gradients of the parts are added up, so the cut decides the last bits. It depends on configuration and batch alone, never on
/// the number of threads.
struct BatchCut {
  /// `nil` for a part for every 8,192 positions; otherwise, there are as many parts as the work of their own gradients allows.
  private let work: HistoryWork?
  private let parameterCount: Int

  init(_ version: NumericVersion, _ configuration: Configuration, _ shape: BERT4RecShape) {
    let isFine = version.hasFinerParts(batchSize: configuration.training.batchSize)
    work = isFine ? HistoryWork(configuration.network, shape) : nil
    parameterCount = shape.sum(\.count)
  }

  /// The parts of a batch, in order.
  func parts(of batch: MaskedBatch) -> [ArraySlice<MaskedBatch.Sample>] {
    guard let work else {
      return batch.parts(Self.partCount(positions: batch.positionCount)) { Double($0.items.count) }
    }
    func operations(_ sample: MaskedBatch.Sample) -> Double {
      work.operations(length: sample.items.count, targets: Double(sample.targets.count))
    }
    let total = batch.samples.reduce(0) { $0 + operations($1) }
    return batch.parts(Self.partCount(operations: total, parameterCount: parameterCount), weight: operations)
  }

  /// The maximum number of parts of a batch.
  ///
  /// - Parameter samples: The maximum number of samples.
  /// - Parameter longest: The maximum number of items of a sample; `targets` is that of its targets.
  func mostParts(samples: Int, longest: Int, targets: Int) -> Int {
    guard let work else { return Self.partCount(positions: samples * longest) }
    let most = Double(samples) * work.operations(length: longest, targets: Double(targets))
    return Self.partCount(operations: most, parameterCount: parameterCount)
  }

  /// One part for every 8,192 positions, but at most eight.
  static func partCount(positions: Int) -> Int { max(1, min(mostParts, positions / 8192)) }

  /// Two, four or eight parts, if the gradients of all but the first take at most 4 % of the batch's time; otherwise one.
  ///
  /// A gradient of its own has to be cleared and added to the others. In the time of a parameter's share of that, a core computes some
  /// 30 operations of the network, or 200 where the parameters do not fit into its cache.
  ///
  /// - Parameter operations: The batch's, for its loss and gradient.
  static func partCount(operations: Double, parameterCount: Int) -> Int {
    let own = Double(parameterCount) * (parameterCount < 1 << 20 ? 30 : 200)
    var count = 1
    while count < mostParts, Double(2 * count - 1) * own <= 0.04 * operations { count *= 2 }
    return count
  }

  private static let mostParts = 8
}
