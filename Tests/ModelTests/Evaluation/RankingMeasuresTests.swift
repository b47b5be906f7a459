import Foundation
import Kernels
import Testing

@testable import Model

/// Metrics over lists, and GAUC.
@Suite struct RankingMeasuresTests {
  /// Six items and padding, of which training predicts each this often.
  private static let counts = [0, 5, 3, 1, 1, 2, 4]

  private static func lists(_ lists: [[Int32]], cutoffs: [Int] = [2], itemCount: Int = 7) -> ListCounts {
    var all = ListCounts(cutoffs: cutoffs, itemCount: itemCount)
    for list in lists { all.add(list) }
    return all
  }

  private static func metrics(
    ranks: [Int], _ lists: ListCounts, places: Int = 6, tailRatio: Double = 0.1
  ) -> Metrics? {
    var evaluation = EvaluationConfiguration()
    evaluation.metrics = RankingMetric.allCases
    evaluation.cutoffs = lists.cutoffs
    evaluation.metricDecimalPlaces = places
    return RankingMeasures(
      evaluation, itemCount: 7, popularity: TrainingPopularity(counts: counts, tailRatio: tailRatio)
    ).metrics(of: Rankings(ranks: ranks, lists: lists))
  }

  /// RecBole's values for scores .9 … .4, .1 … .6 and .6 … .1 of items 1 to 6, with held-out items 1, 4 and 6.
  @Test(arguments: [
    ("gauc", 0.533333), ("itemcoverage@2", 0.571429), ("shannonentropy@2", 0.332415), ("giniindex@2", 0.52381),
    ("averagepopularity@2", 3.666667), ("tailpercentage@2", 0), ("ndcg@2", 0.333333),
  ])
  func `Three rankings of six items`(name: String, expected: Double) {
    #expect(Self.metrics(ranks: [1, 3, 6], Self.lists([[1, 2], [6, 5], [1, 2]]))?[name] == expected)
  }

  @Test func `Names are in the configured order, and GAUC has no cut-off`() {
    var evaluation = EvaluationConfiguration()
    evaluation.metrics = [.giniIndex, .gauc, .ndcg, .itemCoverage]
    evaluation.cutoffs = [2, 1]
    let names = ["giniindex@2", "giniindex@1", "gauc", "ndcg@2", "ndcg@1", "itemcoverage@2", "itemcoverage@1"]
    #expect(evaluation.metricNames == names)
    let measures = RankingMeasures(
      evaluation, itemCount: 7, popularity: TrainingPopularity(counts: Self.counts, tailRatio: 0.1))
    let lists = Self.lists([[3, 4]], cutoffs: [2, 1])
    #expect(measures.metrics(of: Rankings(ranks: [2], lists: lists))?.values.map(\.name) == names)
    #expect(measures.metrics(of: Rankings(ranks: [], lists: lists)) == nil)
  }

  @Test(arguments: [
    // A share of the six items, at least one, and of equally frequent ones those with lower ids.
    (0.1, [3]), (0.34, [3, 4]), (0.5, [3, 4, 5]), (1.0, [1, 2, 3, 4, 5, 6]),
    // A frequency.
    (1.5, [3, 4]), (2.0, [3, 4, 5]), (4.0, [2, 3, 4, 5, 6]),
  ])
  func `The tail is a share of the items, or those up to a frequency`(tailRatio: Double, tail: [Int]) {
    let popularity = TrainingPopularity(counts: Self.counts, tailRatio: tailRatio)
    #expect(popularity.isTail.indices.filter { popularity.isTail[$0] } == tail)
  }

  @Test func `Items that training never predicts are no part of the tail`() {
    #expect(TrainingPopularity(counts: [0, 0, 1, 3], tailRatio: 0.1).isTail == [false, false, true, false])
    #expect(TrainingPopularity(counts: [0, 0, 1, 3], tailRatio: 2).isTail == [false, false, true, false])
    #expect(TrainingPopularity(counts: [0, 0, 0], tailRatio: 0.1).isTail == [false, false, false])
  }

  @Test func `A ranking with one item has no place for GAUC, and lists may be short`() {
    let measures = RankingMeasures(
      EvaluationConfiguration(), itemCount: 7, popularity: nil)
    #expect(measures.areasUnderCurve(of: Rankings(ranks: [1, 2, 1], candidateCounts: [1, 3, 3])) == [nil, 0.5, 1])
    let short = Self.lists([[1], [1, 2, 3]], cutoffs: [3])
    #expect(short.counts == [[0, 2, 1, 1, 0, 0, 0]])
    let popularity = TrainingPopularity(counts: Self.counts, tailRatio: 0.1)
    #expect(RankingMetric.averagePopularity.value(listed: short.counts[0], popularity) == Double(5 + 5 + 3 + 1) / 4)
    #expect(RankingMetric.tailPercentage.value(listed: short.counts[0], popularity) == 0.25)
    for metric in RankingMetric.allCases where metric.source == .lists {
      #expect(metric.value(listed: [0, 0, 0], TrainingPopularity(counts: [0, 0, 0], tailRatio: 0.1)) == 0)
    }
  }

  @Test func `Equal lists for all give the largest Gini index, and equal counts the smallest`() {
    let popularity = TrainingPopularity(counts: Self.counts, tailRatio: 0.1)
    let same = RankingMetric.giniIndex.value(listed: [0, 3, 0, 0, 0, 0, 0], popularity)
    #expect(abs(same - 6.0 / 7) < 1e-12)
    // Padding is an item without a list.
    let even = RankingMetric.giniIndex.value(listed: [0, 2, 2, 2, 2, 2, 2], popularity)
    #expect(abs(even - 1.0 / 7) < 1e-12)
  }

  /// What scripts/recbole-measures has written.
  private struct Fixture: Decodable {
    struct Row: Decodable {
      let scores: [Float]
      let target: Int32
      let seen: [Int32]
    }

    struct Case: Decodable {
      let repeatable: Bool
      let tailRatio: Double
      let values: [String: Double]
    }

    let cutoffs, counts: [Int]
    let rows: [Row]
    let cases: [Case]
  }

  /// RecBole computes GAUC in 32 bits.
  @Test func `Rankings by the head have the values that RecBole gives them`() throws {
    let file = try #require(Bundle.module.url(forResource: "Fixtures/measures/recbole", withExtension: "json"))
    let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
    let (classes, count) = (fixture.counts.count, fixture.rows.count)
    // With one output for each row, an item's weights are its scores.
    let buffers = (FloatBuffer(count: count * count), FloatBuffer(count: classes * count), FloatBuffer(count: classes))
    defer { withExtendedLifetime(buffers) {} }
    let outputs = buffers.0.matrix(rows: count, columns: count)
    let weights = buffers.1.matrix(rows: classes, columns: count)
    for row in 0..<count {
      outputs[row][row] = 1
      for item in 0..<classes { weights[item][row] = fixture.rows[row].scores[item] }
    }
    let transposed = FloatBuffer(count: count * roundedToLanes(classes))
    defer { withExtendedLifetime(transposed) {} }
    let columns = transposed.matrix(rows: count, columns: roundedToLanes(classes)).columns(from: 0, count: classes)
    transpose(weights, into: columns)
    let items = ItemHead.Items(weights: weights, transposed: RightOperand(columns), bias: buffers.2.all)
    let labels = fixture.rows.map(\.target)
    #expect(Set(fixture.cases.map(\.repeatable)).count == 2)
    for example in fixture.cases {
      var evaluation = EvaluationConfiguration()
      evaluation.metrics = RankingMetric.allCases.filter { $0.source != .rank }
      (evaluation.cutoffs, evaluation.isRepeatable) = (fixture.cutoffs, example.repeatable)
      evaluation.metricDecimalPlaces = 12
      var lists = ListCounts(cutoffs: fixture.cutoffs, itemCount: classes)
      let reader = ListReader(length: lists.length, isRepeatable: example.repeatable) { lists.add($0) }
      let ranks = ItemHead(classes: classes, hiddenSize: count).ranks(
        outputs, labels: labels, items, leavingOut: fixture.rows.map(\.seen), reader)
      let rankings = Rankings(
        ranks: try #require(ranks.ranks(isRepeatable: example.repeatable)),
        candidateCounts: example.repeatable
          ? nil : SeenItems.candidateCounts(labels, leavingOut: fixture.rows.map(\.seen), itemCount: classes),
        lists: lists)
      let metrics = RankingMeasures(
        evaluation, itemCount: classes,
        popularity: TrainingPopularity(counts: fixture.counts, tailRatio: example.tailRatio)
      ).metrics(of: rankings)
      #expect(Set(evaluation.metricNames) == Set(example.values.keys))
      for (name, value) in example.values {
        #expect(abs((metrics?[name] ?? .nan) - value) < (name == "gauc" ? 1e-6 : 1e-11), "\(name)")
      }
    }
  }
}
