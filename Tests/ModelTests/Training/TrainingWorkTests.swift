import Foundation
import Testing

@testable import Model

@Suite struct TrainingWorkTests {
  /// The bundled dataset with its own settings.
  private static let grocery = Result { () throws -> (configuration: Configuration, dataset: SequenceDataset) in
    let home = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let folders = [home.appendingPathComponent("datasets").path]
    let named = [try ConfigurationLayer(arguments: [(key: "dataset", text: "grocery")])]
    let own = try #require(try Configuration.datasetLayer(for: named, dataDirectories: folders))
    let configuration = try Configuration(layers: [own] + named, dataDirectories: folders)
    return (configuration, try SequenceDataset.load(configuration.dataset).dataset)
  }

  /// Two operations for each element of each matrix product of a history, once forward, written down one by one.
  private static func products(_ network: NetworkConfiguration, length: Int, targets: Int, candidates: Int) -> Double {
    let (hidden, inner, heads) = (network.hiddenSize, network.innerSize, network.headCount)
    var products: [(rows: Int, columns: Int, depth: Int)] = []
    for layer in 1...network.layerCount {
      let queries = layer == network.layerCount ? targets : length
      products += [(queries, hidden, hidden), (length, hidden, hidden), (length, hidden, hidden)]
      for _ in 0..<heads { products += [(queries, length, hidden / heads), (queries, hidden / heads, length)] }
      products += [(queries, hidden, hidden), (queries, inner, hidden), (queries, hidden, inner)]
    }
    products += [(targets, hidden, hidden), (targets, candidates, hidden)]
    return products.reduce(0) { $0 + 2 * Double($1.rows) * Double($1.columns) * Double($1.depth) }
  }

  /// The mean work of epochs whose masks are drawn, with all their validations.
  private static func drawn(_ configuration: Configuration, _ dataset: SequenceDataset, epochs: Int) -> Double {
    let (network, randomness) = (configuration.network, Randomness(seed: 5))
    let masking = Masking(network, itemCount: dataset.itemCount)
    var masked: [Int32] = []
    var counted: [MaskedPosition] = []
    var total = 0.0
    for epoch in 0..<epochs {
      for (index, sample) in dataset.train.enumerated() {
        // A batch of its own for each sample: the mean over many is that of any batches.
        let kind = masking.kind(batch: index, epoch: epoch, randomness)
        masking.mask(
          dataset.history(of: sample), kind, key: UInt32(index), epoch: epoch, randomness, into: &masked,
          counted: &counted)
        guard !counted.isEmpty else { continue }
        let candidates = network.loss == .crossEntropy ? dataset.itemCount : 2
        total += 3 * products(network, length: masked.count, targets: counted.count, candidates: candidates)
      }
    }
    let validation = dataset.valid.reduce(0) {
      $0 + products(network, length: Int($1.length), targets: 1, candidates: dataset.itemCount)
    }
    let interval = configuration.training.validationInterval
    return total / Double(epochs) + (interval > 0 ? validation / Double(interval) : 0)
  }

  @Test(arguments: [3, 7, 200])
  func `The work of causal epochs is the mean of drawn ones`(longest: Int) throws {
    var (configuration, dataset) = try Self.grocery.get()
    configuration.network.objective = .causal
    configuration.network.maximumLength = longest
    configuration.training.validationInterval = 0
    let windows = CausalWindows(dataset, configuration.network)
    let randomness = Randomness(seed: 5)
    let epochs = 40
    var total = 0.0
    for epoch in 0..<epochs {
      for window in 0..<windows.count {
        let length = windows.row(UInt32(window), pass: epoch, randomness).items.count
        total += 3 * Self.causalProducts(configuration.network, length: length, candidates: dataset.itemCount)
      }
    }
    let work = TrainingWork(configuration, dataset).operationsPerEpoch
    #expect(abs(work / (total / Double(epochs)) - 1) < 0.002, "\(work) in place of \(total / Double(epochs))")
  }

  /// Two operations for each element of each matrix product of a window, in which each place sees those up to its own.
  private static func causalProducts(_ network: NetworkConfiguration, length: Int, candidates: Int) -> Double {
    let (hidden, inner) = (network.hiddenSize, network.innerSize)
    let ofPlace = 4 * hidden * hidden + 2 * hidden * inner
    let seen = (1...length).reduce(0) { $0 + 2 * hidden * $1 }
    return 2
      * Double(network.layerCount * (length * ofPlace + seen) + length * hidden * (hidden + candidates))
  }

  private static let changes: [@Sendable (inout Configuration) -> Void] = [
    { _ in }, { $0.network.loss = .pairwise }, { $0.network.maskRatio = 0.6 }, { $0.network.lastItemRatio = 1 },
    { ($0.network.lastItemRatio, $0.network.maskRatio) = (0, 0.05) }, { $0.training.validationInterval = 3 },
    { $0.training.validationInterval = 0 }, { ($0.network.layerCount, $0.network.headCount) = (3, 4) },
    { ($0.network.maskRatio, $0.network.lastItemRatio) = (1, 0.3) },
  ]

  @Test(arguments: changes.indices)
  func `The work of an epoch is the mean of drawn ones`(index: Int) throws {
    var (configuration, dataset) = try Self.grocery.get()
    Self.changes[index](&configuration)
    let work = TrainingWork(configuration, dataset).operationsPerEpoch
    let mean = Self.drawn(configuration, dataset, epochs: 4)
    #expect(abs(work / mean - 1) < 0.01, "\(work) in place of \(mean)")
  }

  @Test(arguments: [0.2, 0.37, 0.5, 0.9, 1], [1, 5, 9])
  func `Expected masks are those of all patterns, weighted by their chance`(ratio: Double, longest: Int) {
    var network = NetworkConfiguration()
    network.maximumLength = longest
    network.maskRatio = ratio
    let masking = Masking(network, itemCount: 100)
    let expectations = masking.expectations(upTo: 9)
    #expect(expectations.count == 10)
    var masked: [Int32] = []
    var counted: [MaskedPosition] = []
    for length in 1...9 {
      var (chance, targets) = (0.0, 0.0)
      for pattern in 0..<(1 << length) {
        let places = (0..<length).filter { pattern >> $0 & 1 == 1 }
        let share = pow(ratio, Double(places.count)) * pow(1 - ratio, Double(length - places.count))
        masking.mask((1...length).map { Int32($0) }[...], at: places, into: &masked, counted: &counted)
        targets += share * Double(counted.count)
        chance += counted.isEmpty ? 0 : share
      }
      #expect(abs(expectations[length].targets - targets) < 1e-12)
      #expect(abs(expectations[length].chance - chance) < 1e-12)
    }
  }

  @Test func `The longest histories have an expectation, too`() throws {
    var network = NetworkConfiguration()
    network.maximumLength = 65_536
    let expectations = Masking(network, itemCount: 100).expectations(upTo: 65_536)
    // M = 13,107 of 65,535 places at 0.2, whose mean is 13,107 with a deviation of 102.4: half a deviation's mean less.
    let last = try #require(expectations.last)
    #expect(abs(last.targets - (13_107 - 102.4 * 0.3989)) < 0.5)
    #expect(last.chance == 1 && expectations.allSatisfy { $0.targets.isFinite && $0.targets >= 0 })
  }

  @Test func `Larger networks are more work, and configurations share the lengths`() throws {
    let (configuration, dataset) = try Self.grocery.get()
    let lengths = TrainingWork.Lengths(dataset)
    func work(_ change: (inout Configuration) -> Void) -> Double {
      var configuration = configuration
      change(&configuration)
      return TrainingWork(configuration, lengths).operationsPerEpoch
    }
    #expect(work { _ in } == TrainingWork(configuration, dataset).operationsPerEpoch)
    for series in [
      (1...4).map { layers in work { $0.network.layerCount = layers } },
      [16, 32, 64, 128].map { size in work { $0.network.hiddenSize = size } },
      [64, 128, 256].map { size in work { $0.network.innerSize = size } },
      [0, 4, 2, 1].map { interval in work { $0.training.validationInterval = interval } },
    ] {
      #expect(zip(series, series.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  @Test func `A large catalogue's logits count a fourth time`() throws {
    let small = TrainerTests.dataset()
    func dataset(items: Int) -> SequenceDataset {
      SequenceDataset(
        name: "wide", contentHash: "", userTokens: small.userTokens, itemTokens: (0..<items).map { "\($0)" },
        items: small.items, maximumLength: 30, train: small.train, valid: [], test: [])
    }
    var configuration = Configuration()
    let steps = [4095, 4096, 4097].map { TrainingWork(configuration, dataset(items: $0)).operationsPerEpoch }
    let item = steps[1] - steps[0]
    #expect(abs((steps[2] - steps[1]) / item - (1 + 4097.0 / 3)) < 1e-3)
    configuration.network.loss = .pairwise
    #expect(
      TrainingWork(configuration, dataset(items: 4096)) == TrainingWork(configuration, dataset(items: 4097)))
  }

  @Test func `Nothing to train is no work`() {
    let small = TrainerTests.dataset(users: 3, length: 4)
    let single = SequenceDataset(
      name: "single", contentHash: "", userTokens: small.userTokens, itemTokens: small.itemTokens, items: small.items,
      maximumLength: 30, train: small.train.filter { $0.length == 1 }, valid: [], test: [])
    #expect(TrainingWork(Configuration(), single).operationsPerEpoch == 0)
  }
}
