import Foundation

@testable import Tuner

/// Ranks of users in trials of known merit.
enum Simulation {
  /// Trials over the same users, who have a hit with probability `rates[trial]`.
  ///
  /// A trial's outcome for a user is its own, or with probability `shared` the one that all trials share, which makes
  /// them as correlated. Ranks of hits are 1 to 10, skewed to the first.
  static func ranks(rates: [Double], users: Int, shared: Double, seed: UInt64) -> [[UInt16]] {
    var generator = SplitMix64(seed)
    var ranks = rates.map { _ in [UInt16](repeating: 0, count: users) }
    for user in 0..<users {
      let common = (generator.nextUniform(), generator.nextUniform())
      for trial in rates.indices {
        let isOwn = generator.nextUniform() >= shared
        let own = (generator.nextUniform(), generator.nextUniform())
        let (luck, place) = isOwn ? own : common
        ranks[trial][user] = luck < rates[trial] ? 1 + UInt16(10 * place * place) : 500
      }
    }
    return ranks
  }

  static func values(_ metric: String, rates: [Double], users: Int, shared: Double, seed: UInt64) -> [[Double]] {
    let metric = RankMetric(metric)!
    return ranks(rates: rates, users: users, shared: shared, seed: seed).map { metric.values(of: UserRanks($0)) }
  }
}
