import Foundation
import Kernels
import Testing

@testable import Model

/// Whether this CPU, and this build, can train in BF16.
let canTrainInBFloat16 =
  Processor(information: (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? "").bfloat16Obstacle == nil

/// Training in BF16 against training in 32 bits.
@Suite(.enabled(if: canTrainInBFloat16, "this CPU, or this build, has no products in BF16"))
struct BFloat16Tests {
  /// Widths that are odd or no multiple of a vector's lanes, histories longer than anything else, and both kinds of heads.
  @Test(
    arguments: [
      (hidden: 64, inner: 256, heads: 2, layers: 2, longest: 50), (20, 24, 4, 2, 21), (17, 5, 1, 3, 300),
      (9, 13, 3, 1, 21),
    ], [19, 1683, 4200])
  func `Gradients are near those in 32 bits`(
    shape: (hidden: Int, inner: Int, heads: Int, layers: Int, longest: Int), itemCount: Int
  ) throws {
    var configuration = NetworkConfiguration()
    configuration.hiddenSize = shape.hidden
    configuration.innerSize = shape.inner
    configuration.headCount = shape.heads
    configuration.layerCount = shape.layers
    configuration.maximumLength = shape.longest
    for loss in NetworkConfiguration.Loss.allCases {
      configuration.loss = loss
      let block = Self.block(longest: shape.longest, mask: Int32(itemCount))
      let results = try [TrainingConfiguration.Precision.float32, .bfloat16].map { precision in
        let network = BERT4Rec(configuration, itemCount: itemCount, precision: precision)
        let randomness = Randomness(seed: 7)
        network.parameters.initialize(deviation: 0.1, randomness: randomness)
        network.parametersDidChange()
        let dropout = Dropout(configuration, randomness: randomness, epoch: 3)
        let loss = try #require(network.train(block, weight: 0.1, dropout))
        let outputs = try #require(network.forward(block, .none))
        return (loss, network.gradients.buffer.values, (0..<outputs.rows).map { outputs[$0].values })
      }
      let (plain, paired) = (results[0], results[1])
      #expect(abs(paired.0 / plain.0 - 1) < 2e-3)
      let difference = zip(paired.1, plain.1).reduce(0) { $0 + pow(Double($1.0) - Double($1.1), 2) }.squareRoot()
      let size = plain.1.reduce(0) { $0 + pow(Double($1), 2) }.squareRoot()
      #expect(difference > 0 && difference < 0.01 * size, "\(difference / size)")
      // What is evaluated has 32 bits.
      #expect(paired.2 == plain.2)
    }
  }

  /// Sequences of several lengths, the longest possible one among them; that one alone where it fills a block.
  private static func block(longest: Int, mask: Int32) -> Block {
    var block = Block()
    let lengths = longest > 100 ? [longest] : [longest, 1, 7, 18]
    for (key, length) in lengths.enumerated() {
      var items = (0..<length).map { Int32($0 % 18 + 1) }
      let places = stride(from: length - 1, through: 0, by: -5)
      let targets = places.reversed().map {
        MaskedPosition(place: Int32($0), label: items[$0], negative: (items[$0] + 5) % 18 + 1)
      }
      for target in targets { items[Int(target.place)] = mask }
      block.append(items, targets: targets, key: UInt32(key))
    }
    return block
  }

  @Test(arguments: [2, 3, 8], [1100, 150])
  func `The bits are the same for any number of threads`(threads: Int, batchSize: Int) throws {
    let dataset = TrainerTests.dataset(users: 100, length: 12)
    let configuration = TrainerTests.configuration {
      $0.training.precision = .bfloat16
      $0.training.epochs = 2
      $0.training.batchSize = batchSize
    }
    let one = try TrainerTests.trace(Trainer(configuration: configuration, dataset: dataset))
    #expect(try TrainerTests.trace(Trainer(configuration: configuration, dataset: dataset), threads: threads) == one)
    var plain = configuration
    plain.training.precision = .float32
    #expect(try TrainerTests.trace(Trainer(configuration: plain, dataset: dataset)) != one)
  }
}
