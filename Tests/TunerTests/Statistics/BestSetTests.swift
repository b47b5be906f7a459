import Testing

@testable import Tuner

@Suite struct BestSetTests {
  @Test(arguments: [("hit@10", 0.01, 0.0), ("ndcg@10", 0.1, 0.5), ("mrr@10", 0.5, 0.8)])
  func `Among equal trials any is called worse once in twenty studies`(metric: String, rate: Double, shared: Double) {
    let rates = [Double](repeating: rate, count: 12)
    let alarms = (0..<200).count { seed in
      let values = Simulation.values(metric, rates: rates, users: 200, shared: shared, seed: UInt64(seed))
      return BestSet(values, seed: UInt64(seed)).entries.contains { !$0.isTied }
    }
    // 10 expected; more than 19 happen once in 300 times.
    #expect(alarms <= 19)
  }

  @Test func `Much worse trials leave, the best ones stay, and the leader is among them`() {
    let rates = [0.05, 0.3, 0.3, 0.05, 0.05, 0.3]
    let set = BestSet(Simulation.values("ndcg@10", rates: rates, users: 943, shared: 0.5, seed: 4), seed: 1)
    #expect(set.entries.map(\.isTied) == [false, true, true, false, false, true])
    #expect([1, 2, 5].contains(set.leader))
    #expect(set.entries[set.leader] == BestSet.Entry(difference: 0, pValue: 1))
    #expect(set.entries.allSatisfy { $0.difference >= 0 })
  }

  @Test func `Of two trials the p value is that of a normal distribution`() {
    // 15 wins and 5 losses: z = 10 / √20, two-sided p = 0.0253.
    let a = (0..<100).map { $0 < 15 ? 1.0 : 0 }
    let b = (0..<100).map { $0 >= 15 && $0 < 20 ? 1.0 : 0 }
    let set = BestSet([b, a], seed: 1)
    #expect(set.leader == 1)
    #expect(abs(set.entries[0].pValue - 0.0253) < 0.0075)
  }

  @Test func `A few better trials send the many others away, and a few worse ones leave the many others`() {
    // 4 standard errors of a difference: 4 · √(2 · 0.1 · 0.9 · 0.75 / 943) ≈ 0.048.
    let few = BestSet(
      Simulation.values("hit@10", rates: (0..<40).map { $0 < 2 ? 0.148 : 0.1 }, users: 943, shared: 0.5, seed: 1),
      seed: 1)
    #expect(few.entries[..<2].allSatisfy { $0.isTied })
    #expect(few.entries[2...].count { !$0.isTied } >= 30)
    let many = BestSet(
      Simulation.values("hit@10", rates: (0..<40).map { $0 < 2 ? 0.03 : 0.1 }, users: 943, shared: 0.5, seed: 1),
      seed: 1)
    #expect(many.entries.map(\.isTied) == (0..<40).map { $0 >= 2 })
  }

  @Test func `Equal values, single users and single trials are tied`() {
    #expect(BestSet([[0.5, 1], [0.5, 1], [0.5, 1]], seed: 1).entries.map(\.pValue) == [1, 1, 1])
    #expect(BestSet([[0], [1]], seed: 1).entries.map(\.isTied) == [true, true])
    #expect(BestSet([[1, 1], [0, 0]], seed: 1).entries.map(\.isTied) == [true, true])
    #expect(BestSet([[], []], seed: 1).entries.map(\.isTied) == [true, true])
    #expect(BestSet([[1, 0]], seed: 1).leader == 0)
  }

  @Test func `Beyond the limit of the simulation a bound sets the far trials apart, and p values follow the distances`()
  {
    let rates = (0..<BestSet.simulationLimit + 60).map { $0 < 100 ? 0.2 : 0.2 - 0.0005 * Double($0 - 100) }
    let values = Simulation.values("ndcg@10", rates: rates, users: 300, shared: 0.3, seed: 1)
    let set = BestSet(values, seed: 1)
    #expect(set.entries[..<100].allSatisfy { $0.isTied })
    #expect(set.entries[(BestSet.simulationLimit + 30)...].contains { !$0.isTied })
    let leading = values[set.leader]
    let distances = values.map { other in
      let gaps = zip(leading, other).map { $0 - $1 }
      return gaps.reduce(0, +) / max(gaps.reduce(0) { $0 + $1 * $1 }, 1e-9).squareRoot()
    }
    let order = distances.indices.sorted { distances[$0] < distances[$1] }
    #expect(zip(order, order.dropFirst()).allSatisfy { set.entries[$0].pValue >= set.entries[$1].pValue })
  }

  @Test func `The same values and seed give the same bits`() {
    let values = Simulation.values("mrr@10", rates: [0.1, 0.12, 0.2], users: 100, shared: 0.3, seed: 9)
    #expect(BestSet(values, seed: 2) == BestSet(values, seed: 2))
    #expect(BestSet(values, seed: 2) != BestSet(values, seed: 3))
  }
}
