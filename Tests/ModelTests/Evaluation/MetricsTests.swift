import Foundation
import Model
import Testing

@Suite struct MetricsTests {
  static func metrics(_ rankings: [[Int]], cutoffs: [Int]) -> Metrics {
    var evaluation = EvaluationConfiguration()
    evaluation.metrics = RankingMetric.allCases
    evaluation.cutoffs = cutoffs
    evaluation.metricDecimalPlaces = 6
    return Metrics(rankings: rankings, evaluation)
  }

  @Test(arguments: [
    ("hit", [0.333333, 0.666667, 0.666667]), ("recall", [0.333333, 0.666667, 0.666667]),
    ("mrr", [0.333333, 0.444444, 0.444444]), ("map", [0.333333, 0.444444, 0.444444]),
    ("ndcg", [0.333333, 0.5, 0.5]), ("precision", [0.333333, 0.222222, 0.133333]),
  ])
  func `One relevant item at ranks 1, 3 and 6`(name: String, expected: [Double]) {
    let metrics = Self.metrics([[1], [3], [6]], cutoffs: [1, 3, 5])
    #expect([1, 3, 5].map { metrics["\(name)@\($0)"] } == expected)
  }

  @Test(arguments: [
    ("hit", [0.333333, 0.666667, 1, 1]), ("mrr", [0.333333, 0.5, 0.611111, 0.611111]),
    ("map", [0.333333, 0.25, 0.444444, 0.5]), ("recall", [0.166667, 0.277778, 0.777778, 0.888889]),
    ("ndcg", [0.333333, 0.333333, 0.571934, 0.639303]), ("precision", [0.333333, 0.333333, 0.444444, 0.333333]),
  ])
  func `Several relevant items`(name: String, expected: [Double]) {
    // Ranked lists 1…6, 6…1 and 1…6 with relevant items {1, 3}, {4} and {2, 4, 6}.
    let metrics = Self.metrics([[1, 3], [3], [2, 4, 6]], cutoffs: [1, 2, 3, 5])
    #expect([1, 2, 3, 5].map { metrics["\(name)@\($0)"] } == expected)
  }

  @Test(arguments: [(0.12345, 0.1234), (0.12335, 0.1234), (0.00005, 0), (1, 1)])
  func `Values are rounded half to even after scaling`(value: Double, expected: Double) {
    #expect(value.rounded(toDecimalPlaces: 4) == expected)
  }

  @Test func `No rankings have no metrics`() {
    #expect(Metrics(ranks: [], EvaluationConfiguration()) == nil)
  }

  @Test func `Names follow the configured order`() {
    var evaluation = EvaluationConfiguration()
    evaluation.metrics = [.ndcg, .reciprocalRank]
    evaluation.cutoffs = [20, 5]
    #expect(Metrics(ranks: [1], evaluation)?.values.map(\.name) == ["ndcg@20", "ndcg@5", "mrr@20", "mrr@5"])
  }
}
