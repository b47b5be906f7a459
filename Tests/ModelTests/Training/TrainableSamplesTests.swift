import Testing

@testable import Model

@Suite struct TrainableSamplesTests {
  @Test(arguments: [0, 0.2, 0.5, 1], [0, 0.5, 1])
  func `A history can teach exactly when masking can count an item of it`(maskRatio: Double, lastItemRatio: Double) {
    var network = NetworkConfiguration()
    network.maskRatio = maskRatio
    network.lastItemRatio = lastItemRatio
    for maximumLength in [1, 2, 5] {
      network.maximumLength = maximumLength
      let masking = Masking(network, itemCount: 9)
      let randomness = Randomness(seed: 7)
      for length in 1...maximumLength {
        let history = (1...length).map { Int32($0) }[...]
        var (masked, counted): ([Int32], [MaskedPosition]) = ([], [])
        let counts = (0..<400).contains { epoch in
          masking.mask(
            history, masking.kind(batch: 0, epoch: epoch, randomness), key: 0, epoch: epoch, randomness, into: &masked,
            counted: &counted)
          return !counted.isEmpty
        }
        #expect(counts == (length >= network.shortestTrainableHistory ?? .max), "length \(length)")
      }
    }
  }

  /// Users of so many rows each.
  private static func toy(_ rowCounts: [Int]) throws -> TemporaryDataset {
    let rows = rowCounts.enumerated().flatMap { user, count in (0..<count).map { "u\(user) i\((user + $0) % 5) \($0)" }
    }
    return try TemporaryDataset(files: ["inter": interactions(rows)])
  }

  @Test(arguments: [
    (DatasetConfiguration.Split.validAndTest, [4, 4, 4], 0, 3, 0), (.validAndTest, [5, 4, 7, 2], 4, 8, 2),
    (.validOnly, [3, 3], 0, 2, 0), (.validOnly, [4, 3], 1, 3, 1), (.testOnly, [4, 3], 1, 3, 1),
  ])
  func `Samples and users that can teach are counted`(
    split: DatasetConfiguration.Split, rows: [Int], count: Int, total: Int, users: Int
  ) throws {
    let dataset = try Self.toy(rows).load { $0.split = split }.dataset
    let samples = TrainableSamples(dataset, NetworkConfiguration())
    #expect(samples.count == count && samples.total == total)
    #expect(samples.userCount == users && samples.totalUserCount == rows.count)
  }

  @Test(
    arguments: DatasetConfiguration.Split.leaveOneOut.map(\.split) + [.ratioByUser(SplitRatios([0.8, 0.1, 0.1]))],
    [1, 2, 3])
  func `The rows that a training history needs are just enough`(split: DatasetConfiguration.Split, length: Int) throws {
    var configuration = DatasetConfiguration()
    configuration.split = split
    let rows = try #require(configuration.rowsNeeded(forTrainingHistory: length))
    // Another user has enough rows for all that a dataset must have.
    for (count, expected) in [(rows, length), (rows - 1, length - 1)] where count > 1 {
      let dataset = try Self.toy([count, 9]).load { $0.split = split }.dataset
      let user = try #require(dataset.userTokens.firstIndex(of: "u0"))
      let longest = dataset.train.filter { $0.user == Int32(user) }.map(\.length).max() ?? 0
      #expect(longest == Int32(expected))
    }
  }

  @Test func `No number of rows is named where others' rows decide, or far too many would be needed`() {
    var configuration = DatasetConfiguration()
    let even = SplitRatios([0.8, 0.1, 0.1])
    for split in [.ratio(even), .time(even), .ratioByUser(SplitRatios([1e-9, 1, 1]))] as [DatasetConfiguration.Split] {
      configuration.split = split
      #expect(configuration.rowsNeeded(forTrainingHistory: 3) == nil)
    }
  }

  @Test func `Fewer than half are few`() throws {
    // 2 of 4 samples; then one more that has a history of one item.
    for (rows, areFew) in [([5, 5], false), ([5, 5, 4], true)] {
      let samples = TrainableSamples(try Self.toy(rows).load().dataset, NetworkConfiguration())
      #expect(samples.areFew == areFew)
    }
  }
}
