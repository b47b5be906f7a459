import Kernels
import Locks
import Model

/// One training step: 2,048 histories through forward, backward and Adam, in CPU time of its one thread; in BF16, too, where the CPU can.
struct StepBenchmarks {
  let rounds: Int
  let peak: Peak
  let report: Report

  func run() throws {
    let dataset = SequenceDataset.shapedLikeML100K(sampleCount: 2048)
    for (name, ratio) in [("step, random masks", 0.0), ("step, last item masked", 1.0)] {
      var configuration = Configuration()
      configuration.network.lastItemRatio = ratio
      configuration.training.validationInterval = 0
      // An epoch of one batch is a step; the first one warms up.
      configuration.training.epochs = rounds + 1
      try measure(name, configuration, dataset)
      if InstructionSet.hasBFloat16 {
        configuration.training.precision = .bfloat16
        try measure("\(name), BF16", configuration, dataset)
        try compare(name, configuration, dataset)
      }
    }
  }

  /// How many times as fast a step is in BF16 as in 32 bits, where the steps of both take turns.
  private func compare(_ name: String, _ configuration: Configuration, _ dataset: SequenceDataset) throws {
    var configuration = configuration
    // No step is the last one, after which there would be an evaluation.
    configuration.training.epochs = rounds + 2
    let trainers = [TrainingConfiguration.Precision.float32, .bfloat16].map { precision in
      configuration.training.precision = precision
      return Trainer(configuration: configuration, dataset: dataset)
    }
    _ = try trainers.map(step)
    let ratios = try (0..<rounds).map { _ in
      let seconds = try trainers.map(step)
      return seconds[0] / seconds[1]
    }
    let timing = Timing(seconds: ratios)
    print(
      "  \(name), FP32's time / BF16's, in turn: median \(Report.digits(timing.median)), "
        + "\(Report.digits(ratios.min() ?? 0)) … \(Report.digits(ratios.max() ?? 0))")
  }

  /// The CPU time of the next step of a run.
  private func step(_ trainer: Trainer) throws -> Double {
    let isOver = Locked(false)
    let start = Timing.cpuTime
    var end = start
    _ = try trainer.run(
      shouldStop: { isOver.withLock { $0 } },
      onEpoch: { _ in
        end = Timing.cpuTime
        isOver.withLock { $0 = true }
      })
    return end - start
  }

  private func measure(_ name: String, _ configuration: Configuration, _ dataset: SequenceDataset) throws {
    var ends: [Double] = []
    _ = try Trainer(configuration: configuration, dataset: dataset).run(onEpoch: { _ in ends.append(Timing.cpuTime) })
    let timing = Timing(seconds: zip(ends, ends.dropFirst()).map { $1 - $0 })
    let work = NeededWork(configuration, dataset)
    let operations = (1...rounds).map { work.operations(epoch: $0, batchSize: 2048) }.reduce(0, +) / Double(rounds)
    let rows = Double(dataset.train.count) / timing.median
    report.add(
      Measurement(
        group: "step", name: name, timing: timing,
        rates: [Rate("rows_per_second", rows, "rows/s")] + peak.rates(operations: operations, timing: timing)))
    try addProfile(name, configuration, dataset)
  }

  /// Where the time of these steps goes: of a run of its own, since reading the clock takes a few percent.
  private func addProfile(_ name: String, _ configuration: Configuration, _ dataset: SequenceDataset) throws {
    let profile = Profile(clock: { Timing.cpuTime })
    var ends: [[Profile.Kind: Double]] = []
    _ = try profile.take {
      try Trainer(configuration: configuration, dataset: dataset).run(onEpoch: { _ in ends.append(profile.seconds) })
    }
    let timings = Profile.Kind.allCases.map { kind in
      Timing(seconds: zip(ends, ends.dropFirst()).map { ($1[kind] ?? 0) - ($0[kind] ?? 0) })
    }
    let total = timings.reduce(0) { $0 + $1.median }
    for (kind, timing) in zip(Profile.Kind.allCases, timings) {
      report.add(
        Measurement(
          group: "step", name: "\(name): \(kind.rawValue)", timing: timing,
          rates: [Rate("share_of_step", timing.median / total, share: "of the step")]))
    }
  }
}

extension SequenceDataset {
  /// Random items in histories as long as ML-100K's: 57 % have all 50 items, the others any number alike, 39 in the mean.
  ///
  /// - Parameter itemCount: The number of classes, including padding.
  static func shapedLikeML100K(sampleCount: Int, itemCount: Int = 1683) -> SequenceDataset {
    var stream = RandomStream(Philox(key: 1998), 0, 0, 0)
    var items: [Int32] = []
    var samples: [Sample] = []
    for index in 0..<sampleCount {
      let length = stream.nextUniform() < 0.57 ? 50 : 1 + Int(stream.next(below: 49))
      samples.append(Sample(user: Int32(index + 1), start: Int32(items.count), length: Int32(length)))
      for _ in 0...length { items.append(1 + Int32(stream.next(below: UInt32(itemCount - 1)))) }
    }
    return SequenceDataset(
      name: "synthetic", contentHash: "", userTokens: (0...sampleCount).map { "\($0)" },
      itemTokens: (0..<itemCount).map { "\($0)" }, items: items, maximumLength: 50, train: samples, valid: [], test: [])
  }
}
