import Foundation
import Kernels
import Model
import Testing

/// Gradients against central differences, with dropout drawn the same in every pass.
@Suite struct GradientTests {
  /// Widths that are no multiple of a vector's lanes, and heads of several sizes.
  static let shapes = [(hidden: 6, inner: 10, heads: 2, layers: 1), (20, 24, 4, 2), (17, 5, 1, 3)]

  @Test(arguments: shapes, NetworkConfiguration.Loss.allCases)
  func `Each parameter's gradient is the slope of the loss`(
    shape: (hidden: Int, inner: Int, heads: Int, layers: Int), loss: NetworkConfiguration.Loss
  ) {
    expectSlopes(shape, loss, .cloze, Self.block(mask: 19))
  }

  @Test(arguments: shapes, NetworkConfiguration.Loss.allCases)
  func `So it is with the causal objective`(
    shape: (hidden: Int, inner: Int, heads: Int, layers: Int), loss: NetworkConfiguration.Loss
  ) {
    expectSlopes(shape, loss, .causal, Self.causalBlock)
  }

  private func expectSlopes(
    _ shape: (hidden: Int, inner: Int, heads: Int, layers: Int), _ loss: NetworkConfiguration.Loss,
    _ objective: NetworkConfiguration.Objective, _ block: Block
  ) {
    var configuration = NetworkConfiguration()
    configuration.hiddenSize = shape.hidden
    configuration.innerSize = shape.inner
    configuration.headCount = shape.heads
    configuration.layerCount = shape.layers
    configuration.maximumLength = 21
    configuration.hiddenDropout = 0.3
    configuration.attentionDropout = 0.4
    configuration.initializerRange = 0.3
    configuration.loss = loss
    configuration.objective = objective
    let network = BERT4Rec(configuration, itemCount: 19)
    let randomness = Randomness(seed: 7)
    network.parameters.initialize(deviation: 0.3, randomness: randomness)
    let dropout = Dropout(configuration, randomness: randomness, epoch: 3)
    _ = network.meanLoss(block, dropout)
    let gradients = network.gradients.buffer.all.values
    var stream = randomness.stream(.batchKind, 1, epoch: 0)
    for entry in network.layout.entries where !entry.name.hasSuffix("key.bias") {
      // The slope along a direction of length 1 that has a part of the gradient and a random one.
      let row = network.parameters.row(entry.name)
      let start = row.values
      let own = network.slice(entry, of: gradients).map { Double($0) }
      let size = length(own)
      let raw = own.map { $0 + size / Double(own.count).squareRoot() * (stream.nextUniform() < 0.5 ? -1 : 1) }
      let direction = raw.map { $0 / length(raw) }
      let step = 5e-3
      row.copy(from: zip(start, direction).map { $0 + Float(step * $1) })
      let above = network.meanLoss(block, dropout)
      row.copy(from: zip(start, direction).map { $0 - Float(step * $1) })
      let below = network.meanLoss(block, dropout)
      row.copy(from: start)
      let slope = (above - below) / (2 * step)
      let expected = zip(own, direction).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(slope - expected) < 0.01 * size + 5e-4, "\(entry.name): \(slope), gradient \(expected)")
    }
  }

  private func length(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  /// Sequences of several lengths, each place of which predicts the next item.
  static var causalBlock: Block {
    var block = Block()
    for (key, length) in [21, 3, 1, 8].enumerated() {
      let items = (0...length).map { Int32(($0 * 7 + key) % 18 + 1) }
      let targets = (0..<length).map {
        MaskedPosition(place: Int32($0), label: items[$0 + 1], negative: (items[$0 + 1] + 5) % 18 + 1)
      }
      block.append(items.dropLast(), targets: targets, key: UInt32(key))
    }
    return block
  }

  /// Sequences of several lengths, masks at several places, an item repeated.
  static func block(mask: Int32) -> Block {
    var block = Block()
    let rows: [([Int32], [Int])] = [
      ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 1, 2, 3], [1, 7, 20]), ([4, 4, 5], [2]),
      ([9, 8], [1]), ([3, 1, 3, 1, 3, 1, 3], [2, 3, 5, 6]),
    ]
    for (key, row) in rows.enumerated() {
      var items = row.0
      let targets = row.1.map { place in
        MaskedPosition(place: Int32(place), label: row.0[place], negative: (row.0[place] + 5) % 18 + 1)
      }
      for place in row.1 { items[place] = mask }
      block.append(items, targets: targets, key: UInt32(key))
    }
    return block
  }

  @Test func `The parts of a batch add up to the gradient of the whole`() throws {
    let network = BERT4Rec(GoldenNetwork.configuration, itemCount: 7)
    network.parameters.initialize(deviation: 0.3, randomness: Randomness(seed: 1))
    let whole = network.meanLoss(GoldenNetwork.batch.block)
    let expected = network.gradients.buffer.all.values.map { Double($0) }
    network.gradients.buffer.clear()
    network.parametersDidChange()
    var loss = 0.0
    for row in 0..<3 {
      let part = PaddedBatch(
        items: [GoldenNetwork.batch.items[row]], labels: [GoldenNetwork.batch.labels[row]],
        negatives: [GoldenNetwork.batch.negatives[row]], positions: [GoldenNetwork.batch.positions[row]])
      loss += try #require(network.train(part.block, weight: 1 / 3, .none))
    }
    #expect(abs(loss / 3 - whole) < 1e-6)
    #expect(agree(network.gradients.buffer.all.values, expected, within: 1e-5))
  }
}

extension BERT4Rec {
  /// The elements of one parameter in values of the whole buffer's layout.
  fileprivate func slice(_ entry: ParameterLayout.Entry, of values: [Float]) -> ArraySlice<Float> {
    values[entry.offset..<entry.offset + entry.count]
  }
}
