import Foundation
import Kernels
import Model

/// The same training on one thread and on all cores, in turn; the weights have to be the same.
struct ThreadBenchmarks {
  let rounds: Int
  let report: Report

  /// - Parameter name: What the lines of the report begin with.
  func run(_ name: String, _ configuration: Configuration, _ dataset: SequenceDataset) throws {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    var seconds: [Int: [Double]] = [:]
    var weights: [UInt8]?
    for _ in 0..<rounds {
      for threads in [1, cores] {
        let trainer = Trainer(configuration: configuration, dataset: dataset)
        let start = Timing.wallTime
        _ = try trainer.run(threads: { threads })
        seconds[threads, default: []].append(Timing.wallTime - start)
        let result = try trainer.weights().encoded()
        guard weights ?? result == result else {
          throw BenchmarkError("\(name): \(threads) threads gave other weights than the run before")
        }
        weights = result
      }
    }
    let alone = Timing(seconds: seconds[1] ?? [])
    for threads in [1, cores] {
      let timing = Timing(seconds: seconds[threads] ?? [])
      report.add(
        Measurement(
          group: "threads", name: "\(name), \(threads) \(threads == 1 ? "thread" : "threads")",
          timing: timing, rates: [Rate("speedup", alone.median / timing.median, "times one thread, same weights")]))
    }
  }

  /// Small batches, and those of a large catalog, without any evaluation.
  func runBatches(dataPath: String?) throws {
    func configuration(batchSize: Int, _ network: NetworkConfiguration = .init()) -> Configuration {
      var configuration = Configuration()
      configuration.network = network
      configuration.training.batchSize = batchSize
      return configuration
    }
    func measure(_ name: String, _ given: Configuration, epochs: Int = 1, _ dataset: SequenceDataset) throws {
      var configuration = given
      configuration.training.epochs = epochs
      configuration.training.validationInterval = 0
      try run(name, configuration, dataset)
    }
    for size in [256, 128, 64] {
      try measure(
        "batches of \(size), 1,683 items", configuration(batchSize: size), .shapedLikeML100K(sampleCount: 4096))
    }
    let large = SequenceDataset.shapedLikeML100K(sampleCount: 2048, itemCount: 50_000)
    try measure("batches of 512, 50,000 items", configuration(batchSize: 512), large)
    var pairwise = NetworkConfiguration()
    pairwise.loss = .pairwise
    try measure("batches of 512, 50,000 items, pairwise loss", configuration(batchSize: 512, pairwise), large)
    var grocery = try EpochBenchmarks.configuration(of: "grocery", dataPath: dataPath)
    grocery.training.batchSize = 64
    try measure("batches of 64, grocery", grocery, epochs: 2, try SequenceDataset.load(grocery.dataset).dataset)
  }
}
