import Foundation

/// The set of trials that are statistically tied with the best one.
///
/// The leader is selected on the same users on which it is compared with the others, and it is compared with all of them. A
/// *model confidence set* accounts for both: as long as the trials still in the set differ more than equally good trials
/// would (see `EqualityTest`), the trial furthest behind the leader is removed. The probability that any trial is removed
/// although all are equally good is at most `level`.
///
/// Source: Hansen, Lunde and Nason, *The Model Confidence Set*, 2011, section 2.
///
/// The distance of a trial from the leader is Σd / √Σd² over the users' differences d, the score form that McNemar's test has
/// for hits: for symmetric differences, its tails are at most e^(−t²/2), no matter how few of them are not zero (Efron,
/// *Student's t-Test Under Symmetry Conditions*, 1969).
package struct BestSet: Sendable, Equatable {
  /// A trial compared with the leader.
  package struct Entry: Sendable, Equatable {
    /// The leader's mean minus this trial's, at least 0.
    package let difference: Double

    /// The smallest level at which this trial would be removed from the set, adjusted for all comparisons.
    package let pValue: Double

    /// Whether the trial is in the set of trials that may be the best.
    package var isTied: Bool { pValue > BestSet.level }
  }

  /// The first trial with the highest mean.
  package let leader: Int

  /// One entry per trial, in the given order.
  package let entries: [Entry]

  /// The probability of wrongly removing any of the best trials.
  package static let level = 0.05

  /// The largest set that is simulated, which takes a tenth of a second.
  ///
  /// Larger sets use a bound instead: one one-sided normal tail for each ordered pair. For 1,000 independent trials it
  /// requires 5.33 standard errors, whereas the distribution of the range requires 5.21.
  static let simulationLimit = 300

  /// - Parameter values: For each trial, one value per user, for the same users in the same order; higher is better.
  package init(_ values: [[Double]], seed: UInt64) {
    self.init(trialCount: values.count, seed: seed) { values[$0] }
  }

  /// Requests each trial's values two or three times instead of storing them, for studies with many trials.
  ///
  /// Takes O(trials · users), and a few hundred times that for the last `simulationLimit` trials.
  ///
  /// - Parameters:
  ///   - trialCount: At least 1.
  ///   - seed: The seed of the simulation.
  ///   - values: A trial's value for each user, for the same users in the same order; higher is better.
  package init(trialCount: Int, seed: UInt64, values: (Int) -> [Double]) {
    precondition(trialCount > 0, "of 0 trials none is the best")
    var leader = 0
    var best = -Double.infinity
    for trial in 0..<trialCount {
      let mean = values(trial).mean
      if mean > best { (leader, best) = (trial, mean) }
    }
    let leading = values(leader)
    let gaps = (0..<trialCount).map { Gap(from: leading, to: values($0)) }
    let nearest = (0..<trialCount).filter { $0 != leader }.sorted { (gaps[$0].distance, $0) < (gaps[$1].distance, $1) }

    let simulated = nearest.prefix(Self.simulationLimit - 1)
    let test = EqualityTest(
      distances: simulated.map { gaps[$0].distance },
      differences: simulated.map { trial in zip(leading, values(trial)).map { $0 - $1 } })
    var pValues = test.pValues(seed: seed)
    for (index, trial) in nearest.enumerated().dropFirst(simulated.count) {
      let pairs = Double(index + 2) * Double(index + 1)
      pValues.append(min(1, pairs * erfc(gaps[trial].distance / 2.0.squareRoot()) / 2))
    }
    // A trial is removed only after all trials that are further behind.
    for index in pValues.indices.dropLast().reversed() { pValues[index] = max(pValues[index], pValues[index + 1]) }

    var adjusted = [Double](repeating: 1, count: trialCount)
    for (trial, pValue) in zip(nearest, pValues) { adjusted[trial] = pValue }
    self.leader = leader
    entries = zip(gaps, adjusted).map { Entry(difference: max(0, $0.mean), pValue: $1) }
  }

  /// The distance of a trial behind the leader.
  private struct Gap {
    /// The distance in the metric's unit.
    let mean: Double

    /// The distance in standard errors under the hypothesis that there is none.
    let distance: Double

    init(from leading: [Double], to trailing: [Double]) {
      precondition(leading.count == trailing.count, "trials with \(leading.count) and \(trailing.count) users")
      var (sum, squares) = (0.0, 0.0)
      for user in leading.indices {
        let difference = leading[user] - trailing[user]
        sum += difference
        squares += difference * difference
      }
      mean = leading.isEmpty ? 0 : sum / Double(leading.count)
      distance = squares > 0 ? max(0, sum / squares.squareRoot()) : 0
    }
  }
}
