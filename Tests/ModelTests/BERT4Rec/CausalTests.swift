import Kernels
import Testing

@testable import Model

/// The causal objective: what a place sees, and the windows that training cuts.
@Suite struct CausalTests {
  private static let configuration: NetworkConfiguration = {
    var configuration = NetworkConfiguration()
    (configuration.hiddenSize, configuration.innerSize, configuration.layerCount) = (16, 24, 3)
    configuration.maximumLength = 120
    configuration.objective = .causal
    return configuration
  }()

  private static func network() -> BERT4Rec {
    let network = BERT4Rec(configuration, itemCount: 60)
    network.parameters.initialize(deviation: 0.3, randomness: Randomness(seed: 3))
    network.parametersDidChange()
    return network
  }

  private static func block(_ items: [Int32]) -> Block {
    var block = Block()
    block.append(items, targets: items.indices.map { MaskedPosition(place: Int32($0), label: 1) }, key: 0)
    return block
  }

  /// A hundred items are three panels of queries.
  @Test(arguments: [0, 1, 47, 48, 98])
  func `What follows a place does not change its scores, and what stands there does`(place: Int) {
    let network = Self.network()
    let items = (0..<100).map { Int32($0 * 17 % 59 + 1) }
    let before = network.scores(Self.block(items))
    var other = items
    for later in (place + 1)..<100 { other[later] = other[later] % 59 + 1 }
    let after = network.scores(Self.block(other))
    #expect(after[...place] == before[...place])
    #expect(!zip(after[(place + 1)...], before[(place + 1)...]).contains { $0 == $1 })
  }

  @Test func `The last place predicts after a history as it does in training`() throws {
    let network = Self.network()
    let items = (0..<90).map { Int32($0 * 23 % 59 + 1) }
    let inTraining = network.scores(Self.block(items))
    for length in [1, 2, 50, 90] {
      let outputs = FloatBuffer(count: 16)
      let head = outputs.matrix(rows: 1, columns: 16)
      #expect(network.outputs(after: [items[..<length]], into: head, shouldStop: { false }))
      var scores: [Float] = []
      network.scores(head) { _, tile, logits in scores += (0..<tile.count).map { logits[0, $0] } }
      let bias = network.parameters.row("output_bias").values
      let largest = scores.indices.map { abs(scores[$0] + bias[$0] - inTraining[length - 1][$0]) }.max()
      #expect(try #require(largest) < 1e-5)
    }
  }

  // MARK: - Windows

  @Test(arguments: [1, 2, 3, 7, 50], [1, 2, 3, 6, 7, 8, 20, 21, 49, 50, 51, 100, 101, 149])
  func `Each way to cut a sequence has each target once`(longest: Int, targets: Int) {
    let count = CausalWindows.windowCount(targets: targets, longest: longest)
    #expect((count - 1) * longest < targets && targets <= count * longest)
    for shift in 0...(count * longest - targets) where count > 1 || shift == 0 {
      let windows = (0..<count).map {
        CausalWindows.targets(ofWindow: $0, of: targets, longest: longest, shift: shift)
      }
      #expect(windows.flatMap { Array($0) } == Array(0..<targets))
      #expect(windows.allSatisfy { (1...longest).contains($0.count) })
    }
  }

  private func rows(_ windows: CausalWindows, pass: Int, seed: UInt64 = 1) -> [MaskedBatch.Sample] {
    (0..<windows.count).map { windows.row(UInt32($0), pass: pass, Randomness(seed: seed)) }
  }

  @Test(arguments: NetworkConfiguration.Loss.allCases)
  func `A pass's windows predict each training target once, from the items before it`(
    loss: NetworkConfiguration.Loss
  ) {
    // 31 targets of each user in histories of at most 12 items.
    let dataset = TrainerTests.dataset(users: 5)
    var network = NetworkConfiguration()
    (network.maximumLength, network.loss) = (12, loss)
    let windows = CausalWindows(dataset, network)
    #expect(windows.count == 5 * 3)
    var cuts: Set<[Int]> = []
    for pass in 0..<20 {
      let rows = rows(windows, pass: pass)
      cuts.insert(rows.map(\.items.count))
      let labels = rows.flatMap { $0.targets.map(\.label) }
      #expect(labels == dataset.train.map { dataset.target(of: $0) })
      for row in rows {
        #expect(row.targets.map(\.place) == Array(0..<Int32(row.items.count)))
        #expect(zip(row.items.dropFirst(), row.targets).allSatisfy { $0 == $1.label })
        let own = Set(row.items + row.targets.map(\.label))
        #expect(row.targets.allSatisfy { loss == .pairwise ? !own.contains($0.negative) : $0.negative == 0 })
      }
    }
    #expect(cuts.count > 15)
    #expect(rows(windows, pass: 4).map(\.items) == rows(windows, pass: 4).map(\.items))
    #expect(rows(windows, pass: 4).map(\.items) != rows(windows, pass: 4, seed: 2).map(\.items))
  }

  @Test func `The epochs of a pass have each target once together`() {
    let dataset = TrainerTests.dataset(users: 5)
    var configuration = Configuration()
    (configuration.network.objective, configuration.network.maximumLength) = (.causal, 12)
    (configuration.training.epochsPerPass, configuration.training.batchSize) = (4, 3)
    let rows = TrainingRows(dataset, configuration, Randomness(seed: 1))
    var order = EpochOrder(configuration.training, rowCount: rows.count)
    let expected = dataset.train.map { dataset.target(of: $0) }.sorted()
    for pass in 0..<5 {
      var labels: [Int32] = []
      for epoch in 4 * pass..<4 * pass + 4 {
        for number in 0..<order.batchCount(of: epoch) {
          let batch = rows.batch(order.rows(ofBatch: number, epoch: epoch), number: number, epoch: epoch)
          labels += batch.samples.flatMap { $0.targets.map(\.label) }
        }
      }
      #expect(labels.sorted() == expected)
    }
  }

  @Test func `Samples of users that take turns make the same sequences`() {
    let dataset = TrainerTests.dataset(users: 3, length: 6)
    let inTurns = (0..<3).flatMap { place in (0..<3).map { dataset.train[3 * $0 + place] } }
    let other = SequenceDataset(
      name: "turns", contentHash: "", userTokens: dataset.userTokens, itemTokens: dataset.itemTokens,
      items: dataset.items, maximumLength: 30, train: inTurns, valid: [], test: [])
    #expect(dataset.trainingSequences == [0..<4, 6..<10, 12..<16])
    #expect(other.trainingSequences == dataset.trainingSequences)
  }

  @Test func `Rows of files that are already split are sequences of their own`() {
    let samples = [Sample(user: 1, start: 0, length: 2), Sample(user: 1, start: 3, length: 1)]
    let dataset = SequenceDataset(
      name: "split", contentHash: "", userTokens: ["[PAD]", "a"], itemTokens: ["[PAD]", "1", "2", "3", "4", "5"],
      items: [1, 2, 3, 4, 5], isSplitBeforehand: true, maximumLength: 4, train: samples, valid: [], test: [])
    let rows = rows(CausalWindows(dataset, NetworkConfiguration()), pass: 0)
    #expect(rows.map(\.items) == [[1, 2], [4]])
    #expect(rows.map { $0.targets.map(\.label) } == [[2, 3], [5]])
  }
}
