import Foundation
import Locks
import Testing

@testable import Model

/// Training runs on made-up histories, which repeat a cycle so that there is something to learn.
@Suite struct TrainerTests {
  static func dataset(users: Int = 40, length: Int = 34, items: Int = 30) -> SequenceDataset {
    var flat: [Int32] = []
    var (train, valid, test): ([Sample], [Sample], [Sample]) = ([], [], [])
    for user in 0..<users {
      let start = flat.count
      flat += (0..<length).map { Int32((user * 7 + $0 * (1 + user % 3)) % (items - 1) + 1) }
      for end in 1..<length {
        let count = min(end, 30)
        let sample = Sample(user: Int32(user + 1), start: Int32(start + end - count), length: Int32(count))
        switch length - end {
        case 1: test.append(sample)
        case 2: valid.append(sample)
        default: train.append(sample)
        }
      }
    }
    return SequenceDataset(
      name: "cycles", contentHash: "", userTokens: (0...users).map { "\($0)" },
      itemTokens: (0..<items).map { "\($0)" }, items: flat, maximumLength: 30, train: train, valid: valid, test: test)
  }

  static func configuration(_ change: (inout Configuration) -> Void = { _ in }) -> Configuration {
    var configuration = Configuration()
    configuration.network.hiddenSize = 16
    configuration.network.innerSize = 24
    configuration.network.maximumLength = 30
    configuration.network.hiddenDropout = 0.1
    configuration.network.attentionDropout = 0.1
    configuration.training.epochs = 3
    configuration.training.batchSize = 1100
    configuration.training.learningRate = 0.01
    change(&configuration)
    return configuration
  }

  /// Everything a run leaves, weights included.
  struct Trace: Equatable {
    var losses: [Double?] = []
    var weights = Safetensors()
    var valid = TargetRanks(unseen: true)
    var test = TargetRanks(unseen: true)
  }

  static func trace(_ trainer: Trainer, threads: Int = 1) throws -> Trace {
    var trace = Trace()
    let outcome = try trainer.run(threads: { threads }, onEpoch: { trace.losses.append($0.loss) })
    guard case .finished(let result) = outcome else { throw TestFailure("the run did not finish") }
    trace.weights = trainer.weights()
    trace.valid = result.validRanks
    trace.test = result.testRanks
    return trace
  }

  struct TestFailure: Error {
    let text: String
    init(_ text: String) { self.text = text }
  }

  @Test(arguments: NetworkConfiguration.Objective.allCases)
  func `Training learns`(objective: NetworkConfiguration.Objective) throws {
    let configuration = Self.configuration {
      $0.network.objective = objective
      $0.training.epochs = 25
      // Rows of the causal objective have as many targets as a user has items.
      $0.training.batchSize = objective == .cloze ? 100 : 4
    }
    let trainer = Trainer(configuration: configuration, dataset: Self.dataset())
    var losses: [Double] = []
    let outcome = try trainer.run(onEpoch: { losses.append($0.meanLoss ?? .nan) })
    guard case .finished(let result) = outcome else { throw TestFailure("the run did not finish") }
    #expect(losses[losses.count - 1] < 0.7 * losses[0])
    #expect((result.bestValue ?? 0) > 0.3)
    #expect(result.bestEpoch > 1 && result.bestEpoch <= result.epochCount)
  }

  @Test(
    arguments: [2, 3, 8],
    [(1100, NetworkConfiguration.Objective.cloze), (150, .cloze), (1100, .causal), (150, .causal)])
  func `The bits are the same for any number of threads`(
    threads: Int, batch: (size: Int, objective: NetworkConfiguration.Objective)
  ) throws {
    // Batches of 1,100 samples of about 17 items have two parts, those of 150 have four or eight; evaluation of 600 users has two shares.
    let dataset = Self.dataset(users: 600, length: 8)
    let wide = Self.dataset()
    for data in [dataset, wide] {
      let configuration = Self.configuration {
        $0.training.epochs = 2
        $0.training.batchSize = batch.size
        $0.network.objective = batch.objective
      }
      let one = try Self.trace(Trainer(configuration: configuration, dataset: data))
      #expect(try Self.trace(Trainer(configuration: configuration, dataset: data), threads: threads) == one)
    }
  }

  /// A study that began with a version keeps its bits, so these never change; a new version adds its own.
  @Test(arguments: [
    (NumericVersion.tiledHead, "7e9cb57d01a6c88a0db42ff4face8e4e78b9dc7bfc5c02d3bd39197bbc6ca342"),
    (.finerParts, "c55239cd5d918552e7a7d6c96eac57d26ff45787e104a12be715dfb8d3d0d4c9"),
  ])
  func `Each numeric version keeps its bits`(version: NumericVersion, hash: String) throws {
    let configuration = Self.configuration { $0.training.batchSize = 150 }
    let trainer = Trainer(configuration: configuration, dataset: Self.dataset(), version: version)
    guard case .finished = try trainer.run() else { throw TestFailure("the run did not finish") }
    let weights = ContentHash()
    weights.update(Data(try trainer.weights().encoded()))
    #expect(weights.hexadecimal == hash)
  }

  @Test(arguments: TrainingConfiguration.Optimizer.allCases)
  func `Threads that share the step of a large network leave its bits alone`(
    optimizer: TrainingConfiguration.Optimizer
  ) throws {
    // Some 1.3 million parameters, of which two threads take one half each.
    let dataset = Self.dataset(users: 2, length: 12, items: 40_000)
    let configuration = Self.configuration {
      $0.network.hiddenSize = 32
      $0.training.optimizer = optimizer
      $0.training.batchSize = 4
      $0.training.epochs = 1
      $0.training.maximumGradientNorm = 0.1
    }
    let one = try Self.trace(Trainer(configuration: configuration, dataset: dataset))
    #expect(try Self.trace(Trainer(configuration: configuration, dataset: dataset), threads: 3) == one)
  }

  @Test(arguments: [NetworkConfiguration.Loss.crossEntropy, .pairwise], TrainingConfiguration.Optimizer.allCases)
  func `A run stopped at any moment continues with the same bits`(
    loss: NetworkConfiguration.Loss, optimizer: TrainingConfiguration.Optimizer
  ) throws {
    let dataset = Self.dataset(users: 12)
    let configuration = Self.configuration {
      // Some runs evaluate an average of the weights, and some train in BF16 where the CPU can.
      $0.training.weightAverage = [.adamw, .sgd].contains(optimizer) ? 0.95 : nil
      $0.training.precision = optimizer == .adamw && canTrainInBFloat16 ? .bfloat16 : .float32
      $0.network.loss = loss
      $0.network.objective = [.adagrad, .adamw].contains(optimizer) ? .causal : .cloze
      $0.training.optimizer = optimizer
      $0.training.batchSize = $0.network.objective == .causal ? 4 : 100
      // Some have three epochs for each pass over the samples.
      $0.training.epochsPerPass = [.adam, .sgd].contains(optimizer) ? 3 : 1
      $0.training.epochs = 3 * $0.training.epochsPerPass
      $0.training.learningRate = optimizer == .sgd ? 0.1 : 0.005
    }
    let whole = try Self.trace(Trainer(configuration: configuration, dataset: dataset))
    var checkpoint: [UInt8]?
    var losses: [Double?] = []
    var stops = 0
    while true {
      let trainer =
        try checkpoint.map { try Trainer(configuration: configuration, dataset: dataset, checkpoint: $0) }
        ?? Trainer(configuration: configuration, dataset: dataset)
      let questions = Locked(0)
      // A run that is stopped ever later ends some time.
      let patience = 3 + 2 * stops
      let outcome = try trainer.run(
        shouldStop: {
          questions.withLock {
            $0 += 1
            return $0 > patience
          }
        }, onEpoch: { losses.append($0.loss) })
      if case .finished(let result) = outcome {
        let trace = Trace(
          losses: losses, weights: trainer.weights(), valid: result.validRanks, test: result.testRanks)
        #expect(trace == whole)
        break
      }
      let state = try trainer.checkpoint()
      if let checkpoint { #expect(trainer.hasAdvanced == (state != checkpoint)) }
      checkpoint = state
      stops += 1
    }
    #expect(stops > 3)
  }

  @Test func `The average of the weights is evaluated and saved, and training goes on as without it`() throws {
    let dataset = Self.dataset(users: 12)
    func trainer(_ decay: Double?) -> Trainer {
      let configuration = Self.configuration {
        $0.training.weightAverage = decay
        $0.training.batchSize = 100
      }
      return Trainer(configuration: configuration, dataset: dataset)
    }
    let plain = try Self.trace(trainer(nil))
    let averaged = try Self.trace(trainer(0.9))
    #expect(averaged.losses == plain.losses)
    #expect(averaged.weights != plain.weights && averaged.valid != plain.valid)
    #expect(try Self.trace(trainer(0.9), threads: 2) == averaged)
  }

  /// The average after each of some steps, computed in 64 bits from the weights that the checkpoints have.
  @Test func `The average is the mean of the weights after each step, and the latest weigh most`() throws {
    let dataset = Self.dataset(users: 4, length: 6)
    var configuration = Self.configuration {
      $0.training.weightAverage = 0.9
      $0.training.epochs = 6
      $0.training.batchSize = 1000
      $0.training.patience = 100
    }
    func tensor(_ prefix: String, _ file: Safetensors) throws -> [Double] {
      let bytes = try #require(file.tensors[prefix + "position_embedding.weight"]).bytes
      return stride(from: 0, to: bytes.count, by: 4).map { index in
        Double(Float(bitPattern: bytes[index..<index + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }))
      }
    }
    // An epoch has one batch; a run of n epochs leaves the weights after n steps.
    var average: [Double] = []
    for epochs in 1...6 {
      configuration.training.epochs = epochs
      let trainer = Trainer(configuration: configuration, dataset: dataset)
      _ = try trainer.run()
      let file = try Safetensors(decoding: try trainer.checkpoint(), file: "checkpoint")
      let weights = try tensor("", file)
      if average.isEmpty { average = weights.map { _ in 0 } }
      average = zip(average, weights).map { 0.9 * $0 + 0.1 * $1 }
      let found = try tensor("average.", file)
      #expect(zip(found, average).allSatisfy { abs($0 - $1) < 1e-7 })
    }
    var last = Self.configuration { $0.training = configuration.training }
    last.training.validationInterval = 0
    let trainer = Trainer(configuration: last, dataset: dataset)
    _ = try trainer.run()
    let saved = try tensor("", trainer.weights())
    #expect(zip(saved, average).allSatisfy { abs($0 - $1 / (1 - pow(0.9, 6))) < 1e-6 })
  }

  @Test func `A state without the average that the configuration asks for is refused`() throws {
    let dataset = Self.dataset(users: 5)
    let state = try Trainer(configuration: Self.configuration(), dataset: dataset).checkpoint()
    #expect(throws: SafetensorsError.self) {
      _ = try Trainer(
        configuration: Self.configuration { $0.training.weightAverage = 0.99 }, dataset: dataset, checkpoint: state)
    }
  }

  @Test(arguments: [nil, 0.9] as [Double?])
  func `An epoch in which no mask counts has no loss, and the others keep theirs`(average: Double?) throws {
    // One sample of one item and one of two, of which the second is masked in half of the epochs.
    let dataset = SequenceDataset(
      name: "few", contentHash: "", userTokens: ["[PAD]", "u"], itemTokens: ["[PAD]", "a", "b", "c"],
      items: [1, 2, 3, 1], maximumLength: 2,
      train: [Sample(user: 1, start: 0, length: 1), Sample(user: 1, start: 0, length: 2)],
      valid: [Sample(user: 1, start: 1, length: 2)], test: [Sample(user: 1, start: 1, length: 2)])
    let configuration = Self.configuration {
      $0.network.lastItemRatio = 0
      $0.network.maskRatio = 0.5
      $0.network.maximumLength = 2
      $0.training.epochs = 20
      $0.training.patience = 100
      $0.training.weightAverage = average
    }
    var reports: [EpochReport] = []
    let outcome = try Trainer(configuration: configuration, dataset: dataset).run(onEpoch: { reports.append($0) })
    guard case .finished = outcome else { throw TestFailure("the run did not finish") }
    #expect(reports.map(\.epoch) == Array(1...20))
    #expect(reports.contains { $0.loss == nil } && reports.contains { $0.loss != nil })
    for report in reports {
      #expect((report.loss == nil) == (report.batchCount == 0) && (report.loss == nil) == (report.meanLoss == nil))
      #expect(report.loss.map { $0 > 0.1 } ?? true)
    }
  }

  @Test func `Another seed gives other numbers`() throws {
    let dataset = Self.dataset(users: 8)
    let first = try Self.trace(Trainer(configuration: Self.configuration(), dataset: dataset))
    let second = try Self.trace(
      Trainer(configuration: Self.configuration { $0.training.seed = 1 }, dataset: dataset))
    #expect(first.losses != second.losses && first.weights != second.weights)
  }

  @Test func `A loss that is no number ends the run with its place`() throws {
    let configuration = Self.configuration {
      $0.training.optimizer = .sgd
      $0.training.learningRate = 1e30
      $0.training.batchSize = 200
    }
    let outcome = try Trainer(configuration: configuration, dataset: Self.dataset()).run()
    guard case .diverged(let divergence) = outcome else { throw TestFailure("the run did not diverge") }
    #expect(divergence.epoch == 1 && (divergence.batch ?? 0) > 1 && divergence.lastFiniteLoss?.isFinite == true)
  }

  @Test(arguments: [0, 1])
  func `Scores that are no numbers end the run, also after its only batch`(interval: Int) throws {
    let configuration = Self.configuration {
      $0.training.learningRate = 1e30
      $0.training.batchSize = 10_000
      $0.training.epochs = 1
      $0.training.validationInterval = interval
    }
    let outcome = try Trainer(configuration: configuration, dataset: Self.dataset()).run()
    guard case .diverged(let divergence) = outcome else { throw TestFailure("the run did not diverge") }
    #expect(divergence.epoch == 1 && divergence.batch == nil)
    let loss = try #require(divergence.lastFiniteLoss)
    #expect(
      divergence.description
        == "the scores after epoch 1 are not numbers; the last finite loss was \((loss * 1e4).rounded() / 1e4)")
  }

  @Test func `The last finite loss is known across epochs and interruptions`() throws {
    let configuration = Self.configuration {
      $0.training.learningRate = 1e18
      $0.training.batchSize = 10_000
      $0.training.validationInterval = 0
    }
    let dataset = Self.dataset()
    let whole = try Trainer(configuration: configuration, dataset: dataset).run()
    guard case .diverged(let divergence) = whole else { throw TestFailure("the run did not diverge") }
    #expect(divergence.lastFiniteLoss != nil)
    let stopped = Trainer(configuration: configuration, dataset: dataset)
    struct Enough: Error {}
    #expect(throws: Enough.self) { try stopped.run(onEpoch: { _ in throw Enough() }) }
    let again = try Trainer(configuration: configuration, dataset: dataset, checkpoint: try stopped.checkpoint())
    guard case .diverged(let second) = try again.run() else { throw TestFailure("the run did not diverge") }
    #expect(second.description == divergence.description)
  }

  @Test(arguments: [
    #""epoch":-1"#, #""epoch":4"#, #""epoch":9223372036854775807"#, #""batch":-1"#, #""batch":99"#, #""lossCount":2"#,
    #""bestEpoch":2"#, #""lossSum":1e999"#, #""epoch":3"#,
  ])
  func `A checkpoint whose state no run can have is refused`(change: String) throws {
    let dataset = Self.dataset(users: 5)
    let trainer = Trainer(configuration: Self.configuration(), dataset: dataset)
    struct Enough: Error {}
    #expect(throws: Enough.self) { try trainer.run(onEpoch: { _ in throw Enough() }) }
    var file = try Safetensors(decoding: trainer.checkpoint(), file: "x")
    let (key, _) = try #require(change.split(separator: ":").first.map { (String($0), 0) })
    let progress = try #require(file.metadata["progress"])
    let changed = progress.replacing(try Regex(key + #":[^,}]*"#), with: change)
    #expect(changed != progress)
    file.metadata["progress"] = changed
    #expect(throws: SafetensorsError.self) {
      _ = try Trainer(configuration: Self.configuration(), dataset: dataset, checkpoint: try file.encoded())
    }
    file.metadata["progress"] = progress
    for step in ["-1", "99", "9223372036854775807", "1.0", ""] {
      file.metadata["step"] = step
      #expect(throws: SafetensorsError.self) {
        _ = try Trainer(configuration: Self.configuration(), dataset: dataset, checkpoint: try file.encoded())
      }
    }
  }

  @Test func `Histories of one item have nothing to learn, and harm nothing`() throws {
    let dataset = Self.dataset(users: 5, length: 4)
    let samples = dataset.train.filter { $0.length == 1 }
    let single = SequenceDataset(
      name: "single", contentHash: "", userTokens: dataset.userTokens, itemTokens: dataset.itemTokens,
      items: dataset.items, maximumLength: 30, train: samples, valid: dataset.valid, test: dataset.test)
    let trainer = Trainer(configuration: Self.configuration(), dataset: single)
    let before = trainer.weights()
    let trace = try Self.trace(trainer)
    #expect(trace.losses == [nil, nil, nil] && trace.weights == before)
  }

  @Test(arguments: [0, -1, 3, 4])
  func `Where only the last epoch is validated, that validation is the value`(interval: Int) throws {
    let configuration = Self.configuration { $0.training.validationInterval = interval }
    var validated: [Int] = []
    let outcome = try Trainer(configuration: configuration, dataset: Self.dataset(users: 5)).run(onEpoch: { report in
      #expect(report.isBest == (report.valid != nil))
      if report.valid != nil { validated.append(report.epoch) }
    })
    guard case .finished(let result) = outcome else { throw TestFailure("the run did not finish") }
    #expect(result.bestEpoch == 3 && validated == [3])
    #expect(result.bestValue != nil && result.bestValue == result.valid?["mrr@10"])
  }

  @Test func `Without validation samples the last epoch is measured, and nothing is the value`() throws {
    let dataset = Self.dataset(users: 5)
    let testOnly = SequenceDataset(
      name: "test only", contentHash: "", userTokens: dataset.userTokens, itemTokens: dataset.itemTokens,
      items: dataset.items, maximumLength: 30, train: dataset.train, valid: [], test: dataset.test)
    let outcome = try Trainer(configuration: Self.configuration(), dataset: testOnly).run(onEpoch: { report in
      #expect(report.valid == nil && !report.isBest)
    })
    guard case .finished(let result) = outcome else { throw TestFailure("the run did not finish") }
    #expect(result.bestEpoch == 3 && result.bestValue == nil && result.valid == nil && result.test != nil)
  }

  @Test func `No epochs measure the untrained network`() throws {
    let configuration = Self.configuration { $0.training.epochs = 0 }
    let outcome = try Trainer(configuration: configuration, dataset: Self.dataset(users: 5)).run()
    guard case .finished(let result) = outcome else { throw TestFailure("the run did not finish") }
    #expect(result.bestEpoch == 0 && result.testRanks.amongAll.count == 5)
    #expect(result.bestValue != nil && result.bestValue == result.valid?["mrr@10"])
  }

  @Test func `Saved weights measure as the run did`() throws {
    let dataset = Self.dataset(users: 9)
    let trainer = Trainer(configuration: Self.configuration(), dataset: dataset)
    guard case .finished(let result) = try trainer.run() else { throw TestFailure("the run did not finish") }
    let bytes = try trainer.weights(metadata: ["origin": "test"]).encoded()
    let weights = try Safetensors(decoding: bytes, file: "weights")
    let saved = try SavedModel(
      weights, file: "weights", configuration: Self.configuration(), dataset: dataset)
    #expect(saved.metrics(of: dataset.test) == result.test)
    #expect(saved.metrics(of: dataset.valid) == result.valid)
  }

  @Test func `Weights whose scores are not numbers, and splits without samples, have no metrics`() throws {
    let dataset = Self.dataset(users: 5)
    var weights = Trainer(configuration: Self.configuration(), dataset: dataset).weights()
    let whole = try SavedModel(weights, file: "weights", configuration: Self.configuration(), dataset: dataset)
    #expect(whole.metrics(of: dataset.test) != nil && whole.metrics(of: []) == nil)
    for (name, tensor) in weights.tensors {
      weights.tensors[name]?.bytes = (0..<tensor.bytes.count / 4).flatMap { _ in [0, 0, 0xC0, 0x7F] as [UInt8] }
    }
    let broken = try SavedModel(weights, file: "weights", configuration: Self.configuration(), dataset: dataset)
    #expect(broken.metrics(of: dataset.test) == nil)
  }

  @Test func `A checkpoint of another shape is refused`() throws {
    let dataset = Self.dataset(users: 5)
    let checkpoint = try Trainer(configuration: Self.configuration(), dataset: dataset).checkpoint()
    let other = Self.configuration { $0.network.hiddenSize = 32 }
    #expect(throws: SafetensorsError.self) {
      _ = try Trainer(configuration: other, dataset: dataset, checkpoint: checkpoint)
    }
  }
}
