import Testing

@testable import Model

@Suite struct BatchCutTests {
  @Test(arguments: [(1, 1), (8_192, 1), (16_383, 1), (16_384, 2), (65_535, 7), (65_536, 8), (1_000_000, 8)])
  func `Large batches have a part for every 8,192 positions`(positions: Int, count: Int) {
    #expect(BatchCut.partCount(positions: positions) == count)
  }

  /// A small network's own gradient costs 30 operations a parameter, a large one's 200, and 4 % of the batch are for those after the first.
  @Test(arguments: [
    (100_000, 74.9e6, 1), (100_000, 75e6, 2), (100_000, 224.9e6, 2), (100_000, 225e6, 4), (100_000, 525e6, 8),
    (100_000, 1e12, 8), (2_000_000, 9.9e9, 1), (2_000_000, 1e10, 2), (2_000_000, 0, 1),
  ])
  func `Small batches have as many parts as their gradients allow`(parameters: Int, operations: Double, count: Int) {
    #expect(BatchCut.partCount(operations: operations, parameterCount: parameters) == count)
  }

  private static func batch(lengths: [Int]) -> MaskedBatch {
    var batch = MaskedBatch()
    for (index, length) in lengths.enumerated() {
      var sample = MaskedBatch.Sample(key: UInt32(index))
      sample.items = [Int32](repeating: 1, count: length)
      sample.targets = [MaskedPosition(place: 0, label: 1, negative: 0)]
      batch.append(sample)
    }
    return batch
  }

  private static func cut(_ version: NumericVersion, batchSize: Int) -> BatchCut {
    var configuration = Configuration()
    configuration.training.batchSize = batchSize
    return BatchCut(version, configuration, BERT4RecShape(configuration.network, itemCount: 420))
  }

  @Test func `Which batches have finer parts depends on the batch size and the numeric version`() {
    let batch = Self.batch(lengths: [Int](repeating: 40, count: 100))
    func count(_ version: NumericVersion, _ batchSize: Int) -> Int {
      Self.cut(version, batchSize: batchSize).parts(of: batch).count
    }
    #expect(count(.finerParts, 1024) == 8 && count(.finerParts, 1025) == 1)
    #expect(count(.tiledHead, 128) == 1 && count(.first, 128) == 1)
    #expect(NumericVersion.current == .finerParts)
  }

  @Test(arguments: [[50, 1, 1, 1, 49, 3, 20], [1, 1, 1, 50], [50], [1, 2]], 1...8)
  func `Parts are the batch in its order, none is empty, and equal weights are cut equally`(lengths: [Int], count: Int)
  {
    let batch = Self.batch(lengths: lengths)
    let parts = batch.parts(count) { Double($0.items.count) }
    #expect(parts.flatMap { $0.map(\.key) } == lengths.indices.map { UInt32($0) })
    #expect(parts.allSatisfy { !$0.isEmpty } && parts.count <= count)
    let equal = Self.batch(lengths: [Int](repeating: 7, count: 5 * count))
    #expect(equal.parts(count) { Double($0.items.count) }.map(\.count) == [Int](repeating: 5, count: count))
  }

  @Test func `Versions know the catalogs whose bits they still give`() {
    #expect(NumericVersion.first.isSupported(itemCount: 420) && !NumericVersion.first.isSupported(itemCount: 50_000))
    #expect(NumericVersion.tiledHead.isSupported(itemCount: 1_000_000))
    #expect(NumericVersion.current.isSupported(itemCount: 1_000_000))
    #expect(NumericVersion(rawValue: NumericVersion.current.rawValue + 1) == nil)
  }

  @Test func `Memory counts as many threads as a batch has parts`() {
    let dataset = TrainerTests.dataset(users: 20)
    func most(_ batchSize: Int) -> Int {
      TrainingMemory(
        TrainerTests.configuration { $0.training.batchSize = batchSize }, dataset, keepsCheckpoints: false
      ).mostThreads
    }
    #expect(most(256) == 8 && most(2048) == 1)
  }
}
