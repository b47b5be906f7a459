import Testing

@testable import Tuner

@Suite struct TrialComparisonTests {
  @Test func `Users are counted by how much better one trial is for them`() throws {
    let metric = try #require(RankMetric("mrr@10"))
    let a = metric.values(of: [1, 1, 2, 5, 100, 1])
    let b = metric.values(of: [1, 2, 1, 100, 100, 100])
    let comparison = TrialComparison(metric: "mrr@10", metric, a, b, areSame: false)
    #expect((comparison.better, comparison.equal, comparison.worse) == (3, 2, 1))
    #expect(comparison.histogram.count == 20)
    #expect(comparison.histogram.first?.from == -1 && comparison.histogram.last?.to == 1)
    #expect(comparison.histogram.reduce(0) { $0 + $1.users } == 4)
    // The differences are 0.5, −0.5, 0.2 and 1.
    #expect(comparison.histogram.indices.filter { comparison.histogram[$0].users > 0 } == [5, 11, 14, 19])
    #expect(abs(comparison.difference - (comparison.a - comparison.b)) < 1e-12)
    #expect(comparison.low <= comparison.difference && comparison.difference <= comparison.high)
  }

  @Test func `A trial does not differ from itself`() throws {
    let metric = try #require(RankMetric("ndcg@5"))
    let values = metric.values(of: [1, 3, 9])
    let comparison = TrialComparison(metric: "ndcg@5", metric, values, values, areSame: true)
    #expect((comparison.difference, comparison.low, comparison.high) == (0, 0, 0))
    #expect(comparison.equal == 3 && comparison.histogram.allSatisfy { $0.users == 0 })
  }

  @Test(arguments: [
    ([[0, 10]], 10), ([[0, 10], [5, 15]], 15), ([[0, 10], [2, 3], [20, 21]], 11), ([], 0), ([[5, 5], [5, 7]], 2),
  ])
  func `The time of a study is that in which somebody trains`(spans: [[Double]], seconds: Double) {
    #expect(StudyActivity.covered(by: spans.map { (start: $0[0], end: $0[1]) }) == seconds)
  }
}
