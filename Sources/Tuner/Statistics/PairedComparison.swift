/// The difference between the metrics of trials A and B over the same users.
package struct PairedComparison: Sendable, Equatable {
  /// The mean of A minus the mean of B.
  package let difference: Double

  /// The confidence interval of the difference. As it uses a different method, it may disagree with the test near a p-value of 0.05.
  package let interval: ConfidenceInterval

  /// The probability of a difference at least this large, in either direction, between equally good trials.
  ///
  /// Computed by sign flips: if the trials are equally good, each user's difference could just as well have the opposite sign. This is
  /// exact for symmetric differences, no matter how sparse, and asymptotically correct for others with mean zero.
  ///
  /// Source: Fisher, *The Design of Experiments*, 1935, section 21; the added one in count and total: Phipson and
  /// Smyth, *Permutation P-values Should Never Be Zero*, 2010.
  package let pValue: Double

  /// The number of users for whom A is better, worse and equal.
  package let better: Int
  package let worse: Int
  package let equal: Int

  /// The number of random sign patterns; a p-value near 0.05 then has a standard error of 0.002.
  static let flipCount = 9_999

  /// - Parameters:
  ///   - a: A value for each user, times the user's weight.
  ///   - b: A value for each user, in the same order.
  ///   - weights: The users' weights, whose mean is 1; `nil` if all are 1.
  ///   - largest: The metric's largest value, `RankMetric.largest`.
  ///   - seed: The seed of the sign patterns.
  package init(_ a: [Double], _ b: [Double], weights: [Double]? = nil, largest: Double, seed: UInt64) {
    precondition(a.count == b.count, "trials with \(a.count) and \(b.count) users are no pairs")
    let differences = zip(a, b).map { $0 - $1 }
    difference = differences.mean
    interval = ConfidenceInterval(ofMeanDifference: differences, weights: weights, largest: largest)
    better = differences.count { $0 > 0 }
    worse = differences.count { $0 < 0 }
    equal = differences.count - better - worse
    pValue = Self.signFlipTest(differences.filter { $0 != 0 }, seed: seed)
  }

  private static func signFlipTest(_ differences: [Double], seed: UInt64) -> Double {
    let sum = differences.reduce(0, +)
    // Patterns with the same sum may differ by rounding, since they add in another order.
    let threshold = abs(sum) - 1e-12 * differences.reduce(0) { $0 + abs($1) }
    var generator = SplitMix64(seed, 0x666C_6970)  // "flip"
    var asLarge = 1
    for _ in 0..<flipCount {
      var positive = 0.0
      for start in stride(from: 0, to: differences.count, by: 64) {
        var bits = generator.next()
        for index in start..<min(start + 64, differences.count) {
          positive += differences[index] * Double(bits & 1)
          bits >>= 1
        }
      }
      if abs(2 * positive - sum) >= threshold { asLarge += 1 }
    }
    return Double(asLarge) / Double(flipCount + 1)
  }
}
