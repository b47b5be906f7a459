import Kernels
import Model
import Testing

@Suite struct MaskingTests {
  static var masking: Masking {
    var network = NetworkConfiguration()
    network.maximumLength = 5
    network.maskRatio = 0.4
    return Masking(network, itemCount: 7)
  }

  @Test(
    arguments: [
      ([1, 3, 2], [0, 1, 2], [7, 7, 7], [1: 3, 2: 2]), ([4], [0], [7], [:]),
      ([2, 1, 2, 3, 5], [0, 2, 3], [7, 1, 7, 7, 5], [2: 2, 3: 3]), ([1, 3, 2], [2], [1, 3, 7], [2: 2]),
      ([2, 1, 2, 3, 5], [4], [2, 1, 2, 3, 7], [4: 5]),
    ] as [([Int32], [Int], [Int32], [Int32: Int32])])
  func `The last M masks count, and none at place 0`(
    history: [Int32], places: [Int], expected: [Int32], labels: [Int32: Int32]
  ) {
    var masked: [Int32] = []
    var counted: [MaskedPosition] = []
    Self.masking.mask(history[...], at: places, into: &masked, counted: &counted)
    #expect(masked == expected)
    #expect(Dictionary(uniqueKeysWithValues: counted.map { ($0.place, $0.label) }) == labels)
  }

  @Test(
    arguments: [([1, 3, 2], [1, 3, 7]), ([4], [7]), ([2, 1, 2, 3, 5], [2, 1, 2, 3, 7])] as [([Int32], [Int32])])
  func `The last-item mask hides the last item alone`(history: [Int32], expected: [Int32]) {
    var masked: [Int32] = []
    var counted: [MaskedPosition] = []
    Self.masking.mask(
      history[...], .lastItem, key: 0, epoch: 0, Randomness(seed: 1), into: &masked, counted: &counted)
    #expect(masked == expected)
    #expect(counted.map(\.label) == (history.count > 1 ? [history[history.count - 1]] : []))
  }

  @Test func `Random masks come at the mask ratio, and differ between epochs and samples`() {
    var network = NetworkConfiguration()
    network.loss = .pairwise
    let masking = Masking(network, itemCount: 100)
    let history = (1...50).map { Int32($0) }[...]
    var masked: [Int32] = []
    var counted: [MaskedPosition] = []
    var total = 0
    var patterns: Set<[Int32]> = []
    for key in 0..<200 {
      for epoch in 0..<2 {
        masking.mask(
          history, .random, key: UInt32(key), epoch: epoch, Randomness(seed: 3), into: &masked, counted: &counted)
        total += masked.count { $0 == 100 }
        patterns.insert(masked)
        #expect(counted.count <= 10)
        #expect(counted.allSatisfy { (51...99).contains($0.negative) && $0.label == $0.place + 1 })
      }
    }
    // 20,000 draws at 0.2: a deviation of 57.
    #expect(abs(total - 4000) < 285)
    #expect(patterns.count == 400)
  }

  @Test func `Half of the batches mask the last item`() {
    let masking = Masking(NetworkConfiguration(), itemCount: 10)
    let kinds = (0..<1000).map { masking.kind(batch: $0 % 50, epoch: $0 / 50, Randomness(seed: 2020)) }
    #expect((420...580).contains(kinds.count { $0 == .lastItem }))
  }

  @Test func `A history of every item still gets a negative`() {
    var network = NetworkConfiguration()
    network.loss = .pairwise
    network.maskRatio = 1
    let masking = Masking(network, itemCount: 4)
    var masked: [Int32] = []
    var counted: [MaskedPosition] = []
    masking.mask([1, 2, 3][...], .random, key: 0, epoch: 0, Randomness(seed: 1), into: &masked, counted: &counted)
    #expect(counted.count == 2 && counted.allSatisfy { (1...3).contains($0.negative) })
  }
}
