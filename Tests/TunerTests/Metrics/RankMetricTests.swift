import Foundation
import Testing

@testable import Tuner

@Suite struct RankMetricTests {
  private static let gains: [(String, [Double])] = [
    ("hit@2", [1, 1, 0, 0]),
    ("recall@2", [1, 1, 0, 0]),
    ("precision@2", [0.5, 0.5, 0, 0]),
    ("mrr@3", [1, 1.0 / 2, 1.0 / 3, 0]),
    ("map@3", [1, 1.0 / 2, 1.0 / 3, 0]),
    ("ndcg@3", [1, 1 / log2(3.0), 0.5, 0]),
    ("hit@100000", [1, 1, 1, 0]),
    ("mrr@1", [1, 0, 0, 0]),
  ]

  @Test(arguments: gains)
  func `A rank within the cut-off has its metric's gain`(name: String, expected: [Double]) throws {
    let metric = try #require(RankMetric(name))
    #expect(metric.values(of: [1, 2, 3, 65_535]) == expected)
    #expect(metric.values(of: [1]).mean == metric.largest)
  }

  @Test(arguments: [
    "", "ndcg", "ndcg@", "@10", "ndcg@0", "ndcg@-1", "ndcg@+1", "ndcg@01", "NDCG@10", "auc@10", "mrr@1@2",
  ])
  func `Another name is no metric`(name: String) {
    #expect(RankMetric(name) == nil)
  }

  @Test func `The mean of nobody is 0`() throws {
    #expect(try #require(RankMetric("mrr@10")).values(of: []).mean == 0)
  }
}
