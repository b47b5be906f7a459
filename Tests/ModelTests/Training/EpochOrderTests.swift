import Kernels
import Testing

@testable import Model

@Suite struct EpochOrderTests {
  /// Batches of seven.
  private static func order(samples: Int, epochsPerPass: Int = 1, shuffles: Bool = true) -> EpochOrder {
    var training = TrainingConfiguration()
    (training.epochsPerPass, training.batchSize, training.shuffles) = (epochsPerPass, 7, shuffles)
    return EpochOrder(training, rowCount: samples)
  }

  private static func batches(_ order: inout EpochOrder, epoch: Int) -> [[Int32]] {
    (0..<order.batchCount(of: epoch)).map { Array(order.rows(ofBatch: $0, epoch: epoch)) }
  }

  /// The order of an epoch as it was before epochs could be shares, written down once more.
  private static func plainOrder(samples: Int, epoch: Int) -> [Int32] {
    var order = (0..<samples).map { Int32($0) }
    var stream = Randomness(seed: TrainingConfiguration().seed).stream(.shuffle, 0, epoch: epoch)
    for index in stride(from: order.count - 1, to: 0, by: -1) {
      order.swapAt(index, Int(stream.next(below: UInt32(index + 1))))
    }
    return order
  }

  @Test(arguments: [1, 2, 7, 23, 100])
  func `Epochs of all samples have the order that they always had`(samples: Int) {
    var order = Self.order(samples: samples)
    var file = Self.order(samples: samples, shuffles: false)
    for epoch in 0..<4 {
      let expected = Self.plainOrder(samples: samples, epoch: epoch)
      let batches = Self.batches(&order, epoch: epoch)
      #expect(batches.flatMap(\.self) == expected && batches.count == (samples + 6) / 7)
      #expect(batches.dropLast().allSatisfy { $0.count == 7 })
      let unshuffled = Self.batches(&file, epoch: epoch).flatMap(\.self)
      #expect(unshuffled == (0..<samples).map { Int32($0) })
      #expect(order.batchCount(before: epoch) == epoch * batches.count)
    }
  }

  @Test(arguments: [2, 3, 5, 10], [10, 23, 101])
  func `The epochs of a pass have each of its samples once, in its order`(epochsPerPass: Int, samples: Int) {
    for shuffles in [true, false] {
      var parts = Self.order(samples: samples, epochsPerPass: epochsPerPass, shuffles: shuffles)
      var whole = Self.order(samples: samples, shuffles: shuffles)
      var batchCount = 0
      for pass in 0..<3 {
        var seen: [Int32] = []
        var sizes: [Int] = []
        for epoch in pass * epochsPerPass..<(pass + 1) * epochsPerPass {
          #expect(parts.batchCount(before: epoch) == batchCount)
          let batches = Self.batches(&parts, epoch: epoch)
          #expect(batches.allSatisfy { !$0.isEmpty } && batches.dropLast().allSatisfy { $0.count == 7 })
          let own = batches.flatMap(\.self)
          #expect(Set(own).isDisjoint(with: seen))
          seen += own
          sizes.append(own.count)
          batchCount += batches.count
        }
        let order = Self.batches(&whole, epoch: pass).flatMap(\.self)
        #expect(seen == order)
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
      }
    }
  }

  @Test func `A batch is a function of its place alone`() {
    var forward = Self.order(samples: 50, epochsPerPass: 3)
    var places: [(epoch: Int, batch: Int, samples: [Int32])] = []
    for epoch in 0..<7 {
      places += Self.batches(&forward, epoch: epoch).enumerated().map { (epoch, $0.offset, $0.element) }
    }
    for place in places.reversed() {
      var order = Self.order(samples: 50, epochsPerPass: 3)
      let alone = Array(order.rows(ofBatch: place.batch, epoch: place.epoch))
      let again = Array(forward.rows(ofBatch: place.batch, epoch: place.epoch))
      #expect(alone == place.samples && again == place.samples)
    }
  }

  @Test func `Every reciprocal is read as it is, and rounded to the digits that people write`() {
    for count in 1...TrainingConfiguration.mostEpochsPerPass {
      let exact = 1 / Double(count)
      let unit = count > 10 ? 1e4 : 1e3
      for fraction in [exact, (exact * unit).rounded() / unit, (exact * unit * 10).rounded() / (unit * 10)] {
        #expect(TrainingConfiguration.epochsPerPass(fraction: fraction) == count, "\(fraction)")
      }
    }
    for fraction in [
      0.3, 0.33, 0.4, 0.6, 0.75, 0.9, 0.99, 1.01, 2, 0, -1, -0.5, 0.009, .leastNonzeroMagnitude, .infinity, .nan,
    ] {
      #expect(TrainingConfiguration.epochsPerPass(fraction: fraction) == nil, "\(fraction)")
    }
  }
}
