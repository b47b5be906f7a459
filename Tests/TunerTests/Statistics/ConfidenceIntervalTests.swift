import Foundation
import Testing

@testable import Tuner

@Suite struct ConfidenceIntervalTests {
  @Test(arguments: [
    // scipy 1.17, binomtest(hits, users).proportion_ci(method="wilson")
    (1, 100, 0.001767432064140647, 0.054486196178705315), (60, 100, 0.5020025867910618, 0.6905987135675411),
    (100, 100, 0.9630065017930143, 1),
  ])
  func `For hits it is Wilson's`(hits: Int, users: Int, low: Double, high: Double) {
    let values = [Double](repeating: 1, count: hits) + [Double](repeating: 0, count: users - hits)
    let interval = ConfidenceInterval(ofMean: values, largest: 1)
    #expect(abs(interval.low - low) < 1e-12 && abs(interval.high - high) < 1e-12)
  }

  @Test func `Without a hit it ends where one would no longer be missed, in the unit of the metric`() {
    // 1.96² / (943 + 1.96²) = 0.00406
    let values = [Double](repeating: 0, count: 943)
    let interval = ConfidenceInterval(ofMean: values, largest: 1)
    #expect(interval.low == 0 && abs(interval.high - 0.004057) < 1e-6)
    #expect(abs(ConfidenceInterval(ofMean: values, largest: 0.1).high - 0.0004057) < 1e-7)
    #expect(ConfidenceInterval(ofMean: [], largest: 0.1) == ConfidenceInterval(low: 0, high: 0.1))
  }

  @Test(arguments: [
    ("hit@10", 943, 0.005), ("hit@10", 943, 0.6), ("hit@10", 100, 0.1), ("mrr@10", 943, 0.005), ("mrr@10", 943, 0.1),
    ("mrr@10", 100, 0.02), ("ndcg@10", 943, 0.01), ("ndcg@10", 100, 0.3), ("precision@10", 943, 0.02),
  ])
  func `Of 1,000 intervals about 950 hold the true mean`(name: String, users: Int, rate: Double) throws {
    let metric = try #require(RankMetric(name))
    let places = (0..<1_000).map { (Double($0) + 0.5) / 1_000 }
    let truth = rate * metric.values(of: UserRanks(places.map { 1 + UInt16(10 * $0 * $0) })).mean
    let covered = (0..<1_000).count { seed in
      let values = Simulation.values(name, rates: [rate], users: users, shared: 0, seed: UInt64(seed))[0]
      let interval = ConfidenceInterval(ofMean: values, largest: metric.largest)
      return interval.low <= truth && truth <= interval.high
    }
    #expect((930...980).contains(covered))
  }

  @Test(arguments: [("hit@10", 0.02, 0.04, 0.5), ("mrr@10", 0.1, 0.15, 0), ("ndcg@10", 0.3, 0.33, 0.8)])
  func `Of 1,000 intervals of a difference at least 940 hold the true one`(
    name: String, first: Double, second: Double, shared: Double
  ) throws {
    let metric = try #require(RankMetric(name))
    let places = (0..<1_000).map { (Double($0) + 0.5) / 1_000 }
    let truth = (first - second) * metric.values(of: UserRanks(places.map { 1 + UInt16(10 * $0 * $0) })).mean
    let covered = (0..<1_000).count { seed in
      let pair = Simulation.values(name, rates: [first, second], users: 943, shared: shared, seed: UInt64(seed))
      let interval = ConfidenceInterval(ofMeanDifference: zip(pair[0], pair[1]).map { $0 - $1 }, largest: 1)
      return interval.low <= truth && truth <= interval.high
    }
    #expect((940...985).contains(covered))
  }

  @Test func `Equal trials of n users still have an interval, that of half a user each way`() {
    let interval = ConfidenceInterval(ofMeanDifference: [Double](repeating: 0, count: 98), largest: 1)
    #expect(abs(interval.high - 0.0196) < 1e-5 && interval.low == -interval.high)
  }
}
