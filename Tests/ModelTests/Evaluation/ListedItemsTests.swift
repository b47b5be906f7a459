import Kernels
import Testing

@testable import Model

/// Which items lists have, against complete sorts of all scores.
@Suite struct ListedItemsTests {
  /// 300 users, more than are ranked at once, and an untrained network.
  private struct Toy {
    let dataset: SequenceDataset
    let model: SavedModel
    let evaluation: EvaluationConfiguration

    init(itemCount: Int, isRepeatable: Bool, cutoffs: [Int] = [3, 7]) throws {
      let rows = (0..<300 * 17).map { row in
        // Every third user comes back to an earlier item at the end.
        let item = row % 17 == 16 && row / 17 % 3 == 0 ? row - 4 : row
        return "u\(row / 17) i\(item * 7 % itemCount) \(row)"
      }
      let files = try TemporaryDataset(files: ["inter": interactions(rows)])
      dataset = try files.load { $0.maximumLength = 6 }.0
      var configuration = Configuration()
      configuration.dataset.maximumLength = 6
      configuration.network.maximumLength = 6
      (configuration.network.hiddenSize, configuration.network.innerSize) = (8, 8)
      configuration.network.initializerRange = 0.5
      configuration.evaluation.metrics = [.gauc, .itemCoverage, .averagePopularity, .tailPercentage]
      configuration.evaluation.cutoffs = cutoffs
      configuration.evaluation.isRepeatable = isRepeatable
      evaluation = configuration.evaluation
      let weights = Trainer(configuration: configuration, dataset: dataset).weights(metadata: [:])
      model = try SavedModel(weights, file: "a test", configuration: configuration, dataset: dataset)
    }

    var heldOut: HeldOut { HeldOut(dataset.test, of: dataset, isRepeatable: evaluation.isRepeatable) }

    /// The ranking of each test sample: all of its items, best first.
    func plainRankings() -> [[Int32]] {
      let network = model.network
      let buffer = FloatBuffer(count: dataset.test.count * network.configuration.hiddenSize)
      defer { withExtendedLifetime(buffer) {} }
      let outputs = buffer.matrix(rows: dataset.test.count, columns: network.configuration.hiddenSize)
      _ = network.outputs(
        after: dataset.test.lazy.map { dataset.history(of: $0) }, into: outputs, shouldStop: { false })
      let bias = network.headItems.bias.values
      var scores = [[Float]](repeating: [Float](repeating: 0, count: network.itemCount), count: dataset.test.count)
      network.scores(outputs) { targets, items, logits in
        for (row, target) in targets.enumerated() {
          for (column, item) in items.enumerated() { scores[target][item] = logits[row][column] + bias[item] }
        }
      }
      let seen = SeenItems(dataset).items(before: dataset.test)
      return dataset.test.indices.map { sample in
        let label = dataset.target(of: dataset.test[sample])
        let hidden = evaluation.isRepeatable ? [] : Set(seen[sample]).subtracting([label])
        let own = scores[sample]
        return (1..<Int32(network.itemCount)).filter { !hidden.contains($0) }
          .sorted { own[Int($0)] == own[Int($1)] ? $0 < $1 : own[Int($0)] > own[Int($1)] }
      }
    }

    func lists(_ rankings: [[Int32]]) -> ListCounts {
      var lists = ListCounts(cutoffs: evaluation.cutoffs, itemCount: dataset.itemCount)
      for ranking in rankings { lists.add(ranking.prefix(evaluation.cutoffs.max() ?? 1)) }
      return lists
    }
  }

  /// Where the head has one tile, and where it has several; with the largest cut-off beyond the catalog, too.
  @Test(arguments: [(40, [3, 7]), (40, [60, 5]), (5000, [3, 7])], [true, false])
  func `Lists are the first items of complete rankings`(catalog: (Int, [Int]), isRepeatable: Bool) throws {
    let toy = try Toy(itemCount: catalog.0, isRepeatable: isRepeatable, cutoffs: catalog.1)
    let plain = toy.plainRankings()
    let evaluator = Evaluator(dataset: toy.dataset, for: toy.evaluation)
    let ranks = try #require(evaluator.ranks(of: toy.dataset.test, toy.model.network))
    #expect(ranks.lists == toy.lists(plain))
    #expect(ranks.candidateCounts == (isRepeatable ? nil : plain.map(\.count)))
    let labels = toy.dataset.test.map { toy.dataset.target(of: $0) }
    #expect(ranks.ranks(isRepeatable: isRepeatable) == zip(plain, labels).map { 1 + ($0.firstIndex(of: $1) ?? -1) })
    #expect(Evaluator(dataset: toy.dataset).ranks(of: toy.dataset.test, toy.model.network)?.lists == nil)
  }

  @Test(arguments: [true, false])
  func `An ensemble of one network has its rankings, on any number of threads`(isRepeatable: Bool) throws {
    let toy = try Toy(itemCount: 300, isRepeatable: isRepeatable)
    let member = try #require(EnsembleMember(toy.model, [toy.dataset.test], threads: 1))
    let own = try #require(
      Evaluator(dataset: toy.dataset, for: toy.evaluation).ranks(of: toy.dataset.test, toy.model.network))
    for threads in [1, 3] {
      let rankings = try #require(
        Ensemble.rankings(
          adding: [member, member], to: [], split: 0, toy.heldOut, for: toy.evaluation, threads: threads))
      #expect(rankings[0] == rankings[1] && rankings[0].lists == own.lists)
      #expect(rankings[0].candidateCounts == own.candidateCounts)
      #expect(rankings[0].ranks == own.ranks(isRepeatable: isRepeatable))
      #expect(
        RankingMeasures(toy.evaluation, toy.dataset).metrics(of: rankings[0])
          == toy.model.metrics(of: toy.dataset.test))
    }
  }

  @Test(arguments: [true, false])
  func `The lists of a ranking by popularity are those of the most frequent items`(isRepeatable: Bool) throws {
    let toy = try Toy(itemCount: 40, isRepeatable: isRepeatable)
    let dataset = toy.dataset
    let counts = dataset.trainingCounts()
    let order = (1..<Int32(dataset.itemCount)).sorted { (counts[Int($1)], $0) < (counts[Int($0)], $1) }
    let seen = SeenItems(dataset).items(before: dataset.test)
    let plain = zip(dataset.test, seen).map { sample, seen in
      order.filter { isRepeatable || !seen.contains($0) || $0 == dataset.target(of: sample) }
    }
    let rankings = PopularityRanking(dataset).rankings(of: dataset.test, toy.evaluation)
    #expect(rankings.lists == toy.lists(plain))
    #expect(rankings.candidateCounts == (isRepeatable ? nil : plain.map(\.count)))
    let labels = dataset.test.map { dataset.target(of: $0) }
    #expect(rankings.ranks == zip(plain, labels).map { 1 + ($0.firstIndex(of: $1) ?? -1) })
  }

  @Test func `Popularity counts the targets of training samples`() throws {
    let toy = try Toy(itemCount: 40, isRepeatable: true)
    var counts = [Int](repeating: 0, count: toy.dataset.itemCount)
    for sample in toy.dataset.train { counts[Int(toy.dataset.target(of: sample))] += 1 }
    #expect(TrainingPopularity(toy.dataset, tailRatio: 0.1) == TrainingPopularity(counts: counts, tailRatio: 0.1))
    #expect(counts.reduce(0, +) == toy.dataset.train.count)
  }

  /// Training is the same with and without the new metrics, on any number of threads, and its metrics are those of the saved weights.
  @Test(arguments: [true, false])
  func `A run measures lists at each validation, and nothing else changes`(isRepeatable: Bool) throws {
    // Enough held-out samples for two threads.
    let dataset = TrainerTests.dataset(users: 560, length: 6)
    func run(_ metrics: [RankingMetric], threads: Int) throws -> (TrainerTests.Trace, Metrics?, Configuration) {
      let configuration = TrainerTests.configuration {
        $0.evaluation.metrics = metrics
        $0.evaluation.cutoffs = [2, 5]
        $0.evaluation.validationMetric = "ndcg@5"
        $0.evaluation.isRepeatable = isRepeatable
      }
      let trainer = Trainer(configuration: configuration, dataset: dataset)
      var last: Metrics?
      var trace = TrainerTests.Trace()
      let outcome = try trainer.run(threads: { threads }, onEpoch: { trace.losses.append($0.loss) })
      guard case .finished(let result) = outcome else { throw TrainerTests.TestFailure("the run did not finish") }
      (trace.weights, last) = (trainer.weights(), result.test)
      (trace.valid, trace.test) = (result.validRanks, result.testRanks)
      return (trace, last, configuration)
    }
    let plain = try run([.ndcg], threads: 1)
    let whole = try run([.ndcg, .gauc, .itemCoverage, .giniIndex, .shannonEntropy], threads: 1)
    let parallel = try run([.ndcg, .gauc, .itemCoverage, .giniIndex, .shannonEntropy], threads: 3)
    #expect(whole.0 == parallel.0 && whole.1 == parallel.1)
    #expect(plain.0.weights == whole.0.weights && plain.0.losses == whole.0.losses)
    #expect(plain.0.test.amongAll == whole.0.test.amongAll && plain.0.test.lists == nil)
    #expect(plain.1?["ndcg@5"] == whole.1?["ndcg@5"])
    let model = try SavedModel(
      whole.0.weights, file: "a test", configuration: whole.2, dataset: dataset)
    #expect(model.metrics(of: dataset.test) == whole.1)
    let names = whole.1?.values.map(\.name)
    #expect(names == whole.2.evaluation.metricNames && names?.contains("gauc") == true)
  }

  @Test func `Early stopping follows the direction of the metric`() throws {
    func best(_ metric: String) throws -> (epoch: Int, values: [Double]) {
      let configuration = TrainerTests.configuration {
        $0.training.epochs = 6
        // Enough steps for lists to change from epoch to epoch.
        $0.training.batchSize = 100
        $0.evaluation.metrics = [.itemCoverage, .giniIndex]
        $0.evaluation.cutoffs = [2]
        $0.evaluation.validationMetric = metric
      }
      var values: [Double] = []
      let trainer = Trainer(configuration: configuration, dataset: TrainerTests.dataset())
      let outcome = try trainer.run(onEpoch: { values.append($0.valid?[metric] ?? .nan) })
      guard case .finished(let result) = outcome else { throw TrainerTests.TestFailure("the run did not finish") }
      #expect(result.bestValue == values[result.bestEpoch - 1])
      return (result.bestEpoch, values)
    }
    let gini = try best("giniindex@2")
    #expect(gini.values[gini.epoch - 1] == gini.values.min() && Set(gini.values).count > 1)
    let coverage = try best("itemcoverage@2")
    #expect(coverage.values[coverage.epoch - 1] == coverage.values.max())
  }
}
