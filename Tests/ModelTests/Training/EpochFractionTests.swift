import Testing

@testable import Model

/// Training runs whose epochs are shares of the samples.
@Suite struct EpochFractionTests {
  private struct Enough: Error {}

  private static func configuration(_ change: (inout Configuration) -> Void = { _ in }) -> Configuration {
    TrainerTests.configuration {
      $0.training.epochsPerPass = 3
      $0.training.epochs = 7
      $0.training.batchSize = 26
      change(&$0)
    }
  }

  @Test func `Epochs are counted, validated and reported in shares, and the last one may be any`() throws {
    let dataset = TrainerTests.dataset(users: 5)
    let configuration = Self.configuration { $0.training.validationInterval = 2 }
    var reports: [EpochReport] = []
    var batches: [Int: Int] = [:]
    let outcome = try Trainer(configuration: configuration, dataset: dataset).run(
      onProgress: { batches[$0.epoch, default: 0] += 1 }, onEpoch: { reports.append($0) })
    guard case .finished(let result) = outcome else {
      Issue.record("the run did not finish")
      return
    }
    #expect(reports.map(\.epoch) == Array(1...7) && result.epochCount == 7)
    #expect(reports.map { $0.valid != nil } == [false, true, false, true, false, true, false])
    // A third of 155 samples is 51 or 52.
    #expect(batches == Dictionary(uniqueKeysWithValues: (1...7).map { ($0, 2) }))
  }

  @Test func `Early stopping counts validations after shares`() throws {
    let dataset = TrainerTests.dataset(users: 5)
    func values(patience: Int) throws -> [Double] {
      let configuration = Self.configuration {
        $0.training.epochs = 40
        $0.training.learningRate = 0.05
        $0.training.patience = patience
      }
      var values: [Double] = []
      _ = try Trainer(configuration: configuration, dataset: dataset).run(
        onEpoch: { values.append($0.valid?["mrr@10"] ?? .nan) })
      return values
    }
    let all = try values(patience: 100)
    #expect(all.count == 40)
    // Metrics of five users do not rise forty times in a row.
    let worse = try #require(all.indices.dropFirst().first { all[$0] < all[$0 - 1] })
    #expect(try values(patience: 0) == Array(all[...worse]))
  }

  /// Weights that no step changes and no dropout: a loss is the same exactly if samples and masks are.
  @Test func `A sample has other masks each time it comes`() throws {
    let configuration = Self.configuration {
      $0.network.lastItemRatio = 0
      ($0.network.hiddenDropout, $0.network.attentionDropout) = (0, 0)
      $0.training.optimizer = .sgd
      $0.training.learningRate = 1e-30
      $0.training.shuffles = false
      $0.training.epochs = 12
      $0.training.patience = 100
    }
    let trace = try TrainerTests.trace(
      Trainer(configuration: configuration, dataset: TrainerTests.dataset(users: 5)))
    let losses = trace.losses.compactMap(\.self)
    #expect(losses.count == 12 && Set(losses).count == 12)
  }

  @Test(arguments: [2, 3])
  func `The bits are the same for any number of threads`(threads: Int) throws {
    let dataset = TrainerTests.dataset(users: 12)
    let one = try TrainerTests.trace(Trainer(configuration: Self.configuration(), dataset: dataset))
    let more = try TrainerTests.trace(Trainer(configuration: Self.configuration(), dataset: dataset), threads: threads)
    #expect(one == more)
  }

  @Test func `Other shares are other runs`() throws {
    let dataset = TrainerTests.dataset(users: 5)
    let runs = try [1, 2, 3].map { count in
      try TrainerTests.trace(
        Trainer(configuration: Self.configuration { $0.training.epochsPerPass = count }, dataset: dataset))
    }
    #expect(runs[0].weights != runs[1].weights && runs[1].weights != runs[2].weights)
  }

  @Test func `A checkpoint with more steps or batches than its shares have is refused`() throws {
    let dataset = TrainerTests.dataset(users: 5)
    let trainer = Trainer(configuration: Self.configuration(), dataset: dataset)
    #expect(throws: Enough.self) { try trainer.run(onEpoch: { if $0.epoch == 4 { throw Enough() } }) }
    let file = try Safetensors(decoding: trainer.checkpoint(), file: "x")
    let progress = try #require(file.metadata["progress"])
    #expect(file.metadata["step"] == "8" && progress.contains(#""batch":0"#))
    for (step, batch, isPossible) in [
      ("8", 0, true), ("9", 0, false), ("8", 2, true), ("10", 2, true), ("8", 3, false),
    ] {
      var changed = file
      changed.metadata["step"] = step
      changed.metadata["progress"] = progress.replacing(#""batch":0"#, with: #""batch":\#(batch)"#)
      let bytes = try changed.encoded()
      let restored = try? Trainer(configuration: Self.configuration(), dataset: dataset, checkpoint: bytes)
      #expect((restored != nil) == isPossible, "step \(step), batch \(batch)")
    }
  }

  @Test func `The work of an epoch is that of its share and of a validation`() {
    let dataset = TrainerTests.dataset(users: 8)
    func work(epochsPerPass: Int, interval: Int) -> Double {
      let configuration = Self.configuration {
        $0.training.epochsPerPass = epochsPerPass
        $0.training.validationInterval = interval
      }
      return TrainingWork(configuration, dataset).operationsPerEpoch
    }
    let pass = work(epochsPerPass: 1, interval: 0)
    let validation = work(epochsPerPass: 1, interval: 1) - pass
    #expect(validation > 0)
    for count in [2, 3, 5] {
      #expect(work(epochsPerPass: count, interval: 0) == pass / Double(count))
      let validated = work(epochsPerPass: count, interval: 1)
      #expect(abs(validated - (pass / Double(count) + validation)) < 1e-9 * pass)
    }
  }
}
