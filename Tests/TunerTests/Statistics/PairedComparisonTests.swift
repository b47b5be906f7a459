import Testing

@testable import Tuner

@Suite struct PairedComparisonTests {
  @Test func `It counts users and averages their differences`() {
    let comparison = PairedComparison([1, 0.5, 0, 0, 1], [0, 0.5, 0, 1, 0.5], largest: 1, seed: 1)
    #expect(comparison.difference == 0.1)
    #expect((comparison.better, comparison.worse, comparison.equal) == (2, 1, 2))
    #expect(PairedComparison([1, 0.5, 0, 0, 1], [0, 0.5, 0, 1, 0.5], largest: 1, seed: 1) == comparison)
  }

  @Test func `Trials that agree for all users at hand may still differ for others`() {
    let values = [1, 0.5, 0, 0, 1]
    let comparison = PairedComparison(values, values, largest: 1, seed: 1)
    #expect(comparison.difference == 0 && comparison.pValue == 1 && comparison.equal == 5)
    #expect(comparison.interval.low < 0 && comparison.interval.high == -comparison.interval.low)
  }

  @Test(arguments: [
    // Binomial(8, 1/2): 2 (1 + 0) / 256 for 8 against 0, 2 (1 + 8) / 256 for 7 against 1; 1 for a tie and for nothing.
    (8, 0, 0.0078125), (7, 1, 0.0703125), (4, 4, 1), (0, 0, 1),
  ])
  func `For hits it approaches the exact sign test`(wins: Int, losses: Int, expected: Double) {
    let a = [Double](repeating: 1, count: wins) + [Double](repeating: 0, count: 100 - wins)
    let b = (0..<100).map { $0 >= wins && $0 < wins + losses ? 1.0 : 0 }
    let pValue = PairedComparison(a, b, largest: 1, seed: 3).pValue
    // Three standard errors of 9,999 flips.
    #expect(abs(pValue - expected) <= 3 * (expected * (1 - expected) / 9_999).squareRoot() + 1e-4)
  }

  @Test(arguments: [("hit@10", 0.005), ("mrr@10", 0.02), ("ndcg@10", 0.3)])
  func `Of 300 pairs of equal trials few are told apart`(metric: String, rate: Double) {
    let alarms = (0..<300).count { seed in
      let pair = Simulation.values(metric, rates: [rate, rate], users: 300, shared: 0.5, seed: UInt64(seed))
      return PairedComparison(pair[0], pair[1], largest: 1, seed: UInt64(seed)).pValue <= 0.05
    }
    // 15 expected; more than 26 happen once in 300 times.
    #expect(alarms <= 26)
  }

  @Test func `A difference of five standard errors is found`() {
    let pair = Simulation.values("ndcg@10", rates: [0.2, 0.1], users: 943, shared: 0.2, seed: 1)
    let comparison = PairedComparison(pair[0], pair[1], largest: 1, seed: 1)
    #expect(comparison.pValue < 0.001 && comparison.interval.low > 0)
  }
}
