import Foundation
import Testing

@testable import Tuner

/// Intervals and tests where users have several samples.
@Suite struct SeveralSamplesTests {
  /// Users with 1, 2, … samples, whose outcome is with probability `shared` the one that all samples of a user share.
  ///
  /// - Returns: For each trial, the ranks: 1 for a hit, which has probability `rates[trial]`.
  private static func ranks(_ rates: [Double], users: Int, shared: Double, seed: UInt64) -> [UserRanks] {
    var generator = SplitMix64(seed)
    var owners: [Int32] = []
    for user in 0..<users {
      repeat { owners.append(Int32(user)) } while generator.nextUniform() < 2.0 / 3
    }
    return rates.map { rate in
      let common = (0..<users).map { _ in generator.nextUniform() < rate }
      let ranks = owners.map { user in
        let isOwn = generator.nextUniform() >= shared
        let own = generator.nextUniform() < rate
        return UInt16((isOwn ? own : common[Int(user)]) ? 1 : 500)
      }
      return UserRanks(ranks, users: owners)
    }
  }

  @Test func `The design effect is that of the users and half an average one`() {
    let users: [[Double]] = [[1, 0, 1], [0], [0, 0], [1, 1], [0.5, 0], [0, 0]]
    let meanCount = 2
    // Twice each user, and once the average one.
    let all = users + users + [[Double](repeating: 1, count: meanCount)]
    let samples = all.flatMap(\.self)
    let mean = samples.mean
    let between = all.map { user in user.map { $0 - mean }.reduce(0, +) }.map { $0 * $0 }.reduce(0, +)
    let within = samples.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
    let effect = DesignEffect(users.flatMap(\.self), counts: users.map(\.count), largest: 1)
    #expect(abs(effect.factor - between / within) < 1e-12 && effect.factor > 1)
  }

  @Test func `Without any gain, or with all, a user counts like one sample`() {
    for gain in [0.0, 0.25] {
      let effect = DesignEffect([Double](repeating: gain, count: 12), counts: [3, 3, 3, 3], largest: 0.25)
      #expect(abs(effect.factor - 3) < 1e-9)
    }
    // Samples of a user that differ as much as those of others never count more than samples of other users.
    #expect(DesignEffect([1, 0, 1, 0, 1, 0, 1, 0], counts: [2, 2, 2, 2], largest: 1).factor == 1)
  }

  @Test(arguments: [(300, 0.1, 0.6), (300, 0.02, 0.3), (100, 0.1, 0.6), (943, 0.5, 0.6)])
  func `Of 1,000 intervals at least 910 hold the true mean`(users: Int, rate: Double, shared: Double) throws {
    let metric = try #require(RankMetric("hit@1"))
    let covered = (0..<1_000).count { seed in
      let ranks = Self.ranks([rate], users: users, shared: shared, seed: UInt64(seed))[0]
      let interval = metric.interval(of: ranks)
      return interval.low <= rate && rate <= interval.high
    }
    #expect(covered >= 910)
  }

  @Test(arguments: [(300, 0.1, 0.13, 0.6), (100, 0.3, 0.2, 0.6)])
  func `Of 1,000 intervals of a difference at least 930 hold the true one`(
    users: Int, first: Double, second: Double, shared: Double
  ) throws {
    let metric = try #require(RankMetric("hit@1"))
    let covered = (0..<1_000).count { seed in
      let ranks = Self.ranks([first, second], users: users, shared: shared, seed: UInt64(seed))
      let differences = zip(metric.values(of: ranks[0]), metric.values(of: ranks[1])).map { $0 - $1 }
      let interval = ConfidenceInterval(ofMeanDifference: differences, weights: ranks[0].weights, largest: 1)
      return interval.low <= first - second && first - second <= interval.high
    }
    #expect(covered >= 930)
  }

  @Test func `Equal trials are told apart in one case of twenty`() throws {
    let metric = try #require(RankMetric("hit@1"))
    let alarms = (0..<300).count { seed in
      let ranks = Self.ranks([0.1, 0.1], users: 200, shared: 0.6, seed: UInt64(seed))
      return PairedComparison(
        metric.values(of: ranks[0]), metric.values(of: ranks[1]), weights: ranks[0].weights, largest: 1,
        seed: UInt64(seed)
      ).pValue <= 0.05
    }
    // 15 expected; more than 26 happen once in 300 times.
    #expect(alarms <= 26)
  }

  @Test func `Weights of 1 change no bit`() throws {
    let pair = Simulation.values("ndcg@10", rates: [0.2, 0.1], users: 200, shared: 0.2, seed: 1)
    let ones = [Double](repeating: 1, count: 200)
    #expect(
      PairedComparison(pair[0], pair[1], weights: ones, largest: 1, seed: 1)
        == PairedComparison(pair[0], pair[1], largest: 1, seed: 1))
    #expect(
      ConfidenceInterval(ofMean: pair[0], largest: 1, designEffect: 1)
        == ConfidenceInterval(ofMean: pair[0], largest: 1))
  }

  @Test func `A page shows for how many users one trial is better, and by how much`() throws {
    let metric = try #require(RankMetric("hit@1"))
    let (a, b) = (
      UserRanks([1, 1, 9, 9, 1], users: [0, 0, 0, 1, 2]), UserRanks([9, 9, 9, 1, 1], users: [0, 0, 0, 1, 2])
    )
    let comparison = TrialComparison(
      metric: "hit@1", metric, metric.values(of: a), metric.values(of: b), weights: a.weights, areSame: false)
    #expect((comparison.better, comparison.equal, comparison.worse) == (1, 1, 1))
    #expect(abs(comparison.difference - 0.2) < 1e-12)
    // For the first user 2 of 3 samples, for the second all.
    #expect(comparison.histogram.indices.filter { comparison.histogram[$0].users > 0 } == [0, 16])
  }
}
