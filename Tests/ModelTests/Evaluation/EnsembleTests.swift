import Foundation
import Kernels
import Testing

@testable import Model

@Suite struct EnsembleTests {
  /// 300 users of 17 items each, more than are ranked at once, and untrained networks of several sizes.
  private struct Toy {
    let dataset: SequenceDataset
    let report: LoadReport
    let models: [SavedModel]

    init(itemCount: Int, hiddenSizes: [Int]) throws {
      let rows = (0..<300 * 17).map { "u\($0 / 17) i\($0 * 7 % itemCount) \($0)" }
      let files = try TemporaryDataset(files: ["inter": interactions(rows)])
      let (dataset, report) = try files.load { $0.maximumLength = 6 }
      (self.dataset, self.report) = (dataset, report)
      models = try hiddenSizes.enumerated().map { seed, hiddenSize in
        var configuration = Configuration()
        configuration.dataset.maximumLength = 6
        configuration.network.maximumLength = 6
        (configuration.network.hiddenSize, configuration.network.innerSize) = (hiddenSize, 8)
        configuration.network.initializerRange = 0.5
        configuration.training.seed = UInt64(seed)
        let weights = Trainer(configuration: configuration, dataset: dataset).weights(metadata: [:])
        return try SavedModel(weights, file: "a test", configuration: configuration, dataset: dataset)
      }
    }

    var labels: [Int32] { dataset.test.map { dataset.target(of: $0) } }

    var heldOut: HeldOut { HeldOut(dataset.test, of: dataset, isRepeatable: true) }

    var heldOutAmongUnseen: HeldOut { HeldOut(dataset.test, of: dataset, isRepeatable: false) }

    func members(threads: Int = 1) -> [EnsembleMember] {
      models.compactMap { EnsembleMember($0, [dataset.valid, dataset.test], threads: threads) }
    }

    /// Each model's scores of all classes, padding included, for each test sample: `[model][sample][class]`.
    func scores() -> [[[Float]]] {
      models.map { model in
        let network = model.network
        let buffer = FloatBuffer(count: dataset.test.count * network.configuration.hiddenSize)
        defer { withExtendedLifetime(buffer) {} }
        let outputs = buffer.matrix(rows: dataset.test.count, columns: network.configuration.hiddenSize)
        _ = network.outputs(
          after: dataset.test.lazy.map { dataset.history(of: $0) }, into: outputs, shouldStop: { false })
        let bias = network.headItems.bias.values
        var all = [[Float]](repeating: [Float](repeating: 0, count: network.itemCount), count: dataset.test.count)
        network.scores(outputs) { targets, items, logits in
          for (row, target) in targets.enumerated() {
            for (column, item) in items.enumerated() { all[target][item] = logits[row][column] + bias[item] }
          }
        }
        return all
      }
    }

    /// The mean over the models of log softmax, for each test sample and class, in double precision.
    func meanLogProbabilities() -> [[Double]] {
      let scores = scores()
      return dataset.test.indices.map { sample in
        var means = [Double](repeating: 0, count: dataset.itemCount)
        for model in scores {
          let own = model[sample].map(Double.init)
          let top = own.max() ?? 0
          let normalizer = top + log(own.reduce(0) { $0 + exp($1 - top) })
          for item in own.indices { means[item] += (own[item] - normalizer) / Double(scores.count) }
        }
        return means
      }
    }
  }

  /// Where the single network's head has one tile, and where it has several.
  @Test(arguments: [40, 5000])
  func `An ensemble of one network has its ranks`(itemCount: Int) throws {
    let toy = try Toy(itemCount: itemCount, hiddenSizes: [8, 12])
    let members = toy.members()
    let all = try #require(Ensemble.ranks(adding: members, to: [], split: 1, toy.heldOut, threads: 1))
    let unseen = try #require(Ensemble.ranks(adding: members, to: [], split: 1, toy.heldOutAmongUnseen, threads: 1))
    #expect(all != unseen)
    for (index, model) in toy.models.enumerated() {
      let evaluator = Evaluator(dataset: toy.dataset, includesUnseen: true)
      let own = evaluator.ranks(of: toy.dataset.test, model.network)
      #expect(own?.amongAll == all[index] && own?.amongUnseen == unseen[index])
    }
  }

  @Test(arguments: [40, 600])
  func `Items rank by the sum of the scores, and of equal ones by id`(itemCount: Int) throws {
    let toy = try Toy(itemCount: itemCount, hiddenSizes: [8, 12, 8])
    let members = toy.members()
    let ranks = try #require(
      Ensemble.ranks(adding: [members[2]], to: [members[0], members[1]], split: 1, toy.heldOut, threads: 1))
    let amongUnseen = Ensemble.ranks(
      adding: [members[2]], to: [members[0], members[1]], split: 1, toy.heldOutAmongUnseen, threads: 1)
    let scores = toy.scores()
    let seen = SeenItems(toy.dataset)
    func expected(leavingOutSeen: Bool) -> [Int] {
      toy.dataset.test.enumerated().map { sample, heldOut in
        let label = toy.dataset.target(of: heldOut)
        let leftOut = leavingOutSeen ? Set(seen.items(before: [heldOut])[0]) : []
        let total = (0...itemCount).map { (scores[0][sample][$0] + scores[1][sample][$0]) + scores[2][sample][$0] }
        return 1
          + (1...itemCount).count { item in
            !leftOut.contains(Int32(item))
              && (total[item] > total[Int(label)] || (total[item] == total[Int(label)] && item < label))
          }
      }
    }
    #expect(ranks == [expected(leavingOutSeen: false)])
    #expect(amongUnseen == [expected(leavingOutSeen: true)])
    // And these are the ranks by the mean log-probability, as far as rounding cannot change them.
    let means = toy.meanLogProbabilities()
    for (sample, label) in toy.labels.enumerated() {
      let own = means[sample][Int(label)]
      let surelyAbove = (1...itemCount).count { means[sample][$0] > own + 1e-4 }
      let surelyNotBelow = (1...itemCount).count { means[sample][$0] > own - 1e-4 }
      #expect(surelyAbove < ranks[0][sample] && ranks[0][sample] <= surelyNotBelow, "\(sample)")
    }
  }

  @Test func `Ranks do not depend on the number of threads`() throws {
    let toy = try Toy(itemCount: 300, hiddenSizes: [8, 12, 8])
    let one = toy.members()
    let ranks = Ensemble.ranks(adding: [one[1], one[2]], to: [one[0]], split: 0, toy.heldOut, threads: 1)
    for threads in [2, 7] {
      let others = toy.members(threads: threads)
      #expect(
        Ensemble.ranks(adding: [others[1], others[2]], to: [others[0]], split: 0, toy.heldOut, threads: threads)
          == ranks)
    }
    #expect(
      Ensemble.ranks(adding: one, to: [], split: 0, toy.heldOut, threads: 2, shouldStop: { true }) == nil)
    #expect(EnsembleMember(toy.models[0], [toy.dataset.test], threads: 2, shouldStop: { true }) == nil)
  }

  @Test(arguments: [40, 600])
  func `Recommendations have the order of the ranks, and mean log-probabilities as scores`(itemCount: Int) throws {
    let toy = try Toy(itemCount: itemCount, hiddenSizes: [8, 12])
    let members = toy.members()
    let ranks = try #require(
      Ensemble.ranks(adding: [members[1]], to: [members[0]], split: 1, toy.heldOut, threads: 1))[0]
    let histories = UserHistories(toy.dataset, toy.report)
    let users = toy.dataset.test.prefix(256).map { sample in
      let history = Array(toy.dataset.history(of: sample))
      return UserHistory(user: toy.dataset.userTokens[Int(sample.user)], items: history, seen: history)
    }
    func answers(_ request: Recommender.Request) throws -> [Recommender.Answer] {
      let recommender = Recommender(toy.models, histories, request)
      return try recommender.answers(users, recommender.scratch(thread: 1), shouldStop: { false })
    }
    let all = try answers(.init(top: 10_000, isRepeatable: true, items: nil))
    let means = toy.meanLogProbabilities()
    for (sample, answer) in all.enumerated() {
      #expect(answer.items.firstIndex { $0.id == toy.labels[sample] } == ranks[sample] - 1)
      for item in answer.items {
        let score = try #require(item.score)
        #expect(abs(Double(score) - means[sample][Int(item.id)]) < 1e-4)
      }
    }
    let stock = (1...Int32(itemCount)).filter { $0 % 3 > 0 }
    let few = try answers(.init(top: 7, isRepeatable: false, items: stock))
    for (sample, answer) in few.enumerated() {
      let expected = all[sample].items.filter { $0.id % 3 > 0 && !users[sample].seen.contains($0.id) }.prefix(7)
      #expect(answer.items.map(\.id) == expected.map(\.id))
      #expect(answer.items.map(\.score) == expected.map(\.score))
    }
  }

  @Test func `The mean log-probability of pieces is that of a plain softmax`() {
    let scores: [[Float]] = [[1, -2, 0.5, 90, 3], [-4, 100, 0, 99, 99.5]]
    let zeros = FloatBuffer(count: 5)
    let buffer = FloatBuffer(count: 5)
    defer { withExtendedLifetime((zeros, buffer)) {} }
    var mean = MeanLogProbability(networks: 2)
    for (network, row) in scores.enumerated() {
      buffer.all.copy(from: row)
      mean.add(buffer.row(count: 2), of: network, zeros: zeros.row(count: 2))
      mean.add(buffer.row(at: 2, count: 3), of: network, zeros: zeros.row(count: 3))
    }
    for item in 0..<5 {
      let expected = scores.reduce(0.0) { sum, row in
        let own = row.map(Double.init)
        let top = own.max() ?? 0
        return sum + (own[item] - top - log(own.reduce(0) { $0 + exp($1 - top) })) / 2
      }
      #expect(abs(Double(mean.value(total: scores[0][item] + scores[1][item])) - expected) < 1e-4)
    }
  }

  @Test func `Datasets with other lengths have the same task, and those with other items do not`() throws {
    let rows = (0..<60).map { "u\($0 / 6) i\($0 * 7 % 20) \($0)" }
    let toy = try TemporaryDataset(files: ["inter": interactions(rows)])
    let long = try toy.load { $0.maximumLength = 6 }.0
    let short = try toy.load { $0.maximumLength = 2 }.0
    #expect(short.hasSameTask(as: long))
    #expect(short.valid != long.valid)
    let fewer = try TemporaryDataset(files: ["inter": interactions(Array(rows.dropLast(6)))]).load { _ in }.0
    #expect(!fewer.hasSameTask(as: long))
  }

  @Test func `The work of an answer is that of a forward pass with one target`() throws {
    let toy = try Toy(itemCount: 40, hiddenSizes: [8])
    var configuration = Configuration()
    (configuration.network.hiddenSize, configuration.network.innerSize) = (8, 8)
    configuration.network.maximumLength = 6
    let work = ServingWork(configuration, toy.dataset)
    #expect(work.parameters == Trainer(configuration: configuration, dataset: toy.dataset).parameterCount)
    let shape = BERT4RecShape(configuration.network, itemCount: 41)
    // Every history has more than six items.
    #expect(work.operationsPerUser == shape.operations(length: 6, targets: 1, candidates: 41))
  }
}
