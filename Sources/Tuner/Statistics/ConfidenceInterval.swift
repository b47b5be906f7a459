/// A 95 % confidence interval of a mean over all users, given a sample of users.
///
/// Both intervals are closed forms. In simulations of hits, MRR and NDCG at 10 with hit rates from 0.5 % to 60 %, the interval of
/// a mean covered it in 94.2 to 97.7 % of the cases, with 943 users and with 100. For hits of 100 users at 0.5 and 1 %, where at
/// most one hit is expected, coverage was 91 and 92 %. The worst cases of percentile, BCa and studentized bootstraps were 82, 87
/// and 83 % with 943 users and below 45 % with 100: they know nothing about gains that no user in the sample has.
package struct ConfidenceInterval: Sendable, Equatable {
  package let low: Double
  package let high: Double

  /// Φ⁻¹(0.975).
  private static let z = 1.959963984540054

  /// The interval of the mean of a metric that is 0 for most users and at most `largest` for the others.
  ///
  /// This is Wilson's score interval, generalized to gains other than 1. If users differ in whether they have a gain rather than
  /// in its size, a mean μ has the variance ρ μ − μ², where ρ is the gains' mean square divided by their mean; the
  /// interval contains all μ for which
  ///
  ///     n (x̄ − μ)² ≤ z² (ρ μ − μ²)
  ///
  /// ρ includes half a user with the largest gain in addition to the observed users, since a rare large gain is easily missed.
  /// For hits, ρ is 1 and this is Wilson's interval; for n users without any hit, it is 0 to `largest` z² / (n + z²).
  ///
  /// Source: Wilson, *Probable Inference, the Law of Succession, and Statistical Inference*, 1927; its coverage for
  /// rare events: Brown, Cai and DasGupta, *Interval Estimation for a Binomial Proportion*, 2001, section 3. The half
  /// user is the weight of Jeffreys' prior, see section 3.1.3 there.
  ///
  /// - Parameter values: One value per user, from 0 to `largest`; without users, the interval is this whole range.
  /// - Parameter designEffect: Where values are of samples, of which a user may have several: the factor by which these count less
  ///   than as many users (`DesignEffect`).
  package init(ofMean values: [Double], largest: Double, designEffect: Double = 1) {
    let count = Double(values.count)
    guard count > 0, largest > 0 else {
      (low, high) = (0, largest)
      return
    }
    let sum = values.reduce(0, +)
    let squares = values.reduce(0) { $0 + $1 * $1 }
    let ratio = (squares + largest * largest / 2) / (sum + largest / 2)
    let share = Self.z * Self.z / (count / designEffect)
    let middle = sum / count + share * ratio / 2
    let spread = (middle * middle - (1 + share) * (sum / count) * (sum / count)).squareRootOrZero
    low = max(0, (middle - spread) / (1 + share))
    high = min(largest, (middle + spread) / (1 + share))
  }

  /// The interval of the mean difference between two metrics of the same users.
  ///
  /// This is the normal interval after adding two users with half of a largest gain and half of a largest loss each, which count
  /// in the variance but cancel in the sum, so that no interval has width 0.
  ///
  /// Source: Agresti and Min, *Simple improved confidence intervals for comparing matched proportions*, 2005, who add
  /// a half to each of the four counts of a paired table; for hits, the interval is theirs.
  ///
  /// - Parameter differences: One difference per user, from −`largest` to `largest`, times the user's weight.
  /// - Parameter weights: The users' weights, whose mean is 1; `nil` if all are 1. A mean m over users of different weights w is a ratio,
  ///   and its deviations are d − m w.
  package init(ofMeanDifference differences: [Double], weights: [Double]? = nil, largest: Double) {
    let count = Double(differences.count) + 2
    let sum = differences.reduce(0, +)
    let squares = differences.reduce(0) { $0 + $1 * $1 } + largest * largest
    let middle = sum / count
    // By how much Σ d² − (Σ d)² / n is larger than Σ (d − m w)².
    var excess = 0.0
    if let weights {
      let products = zip(differences, weights).reduce(0) { $0 + $1.0 * $1.1 }
      let weightSquares = weights.reduce(2) { $0 + $1 * $1 }
      excess = middle * (2 * (products - sum) - middle * (weightSquares - count))
    }
    let spread = Self.z * (squares - sum * middle - excess).squareRootOrZero / count
    low = max(-largest, middle - spread)
    high = min(largest, middle + spread)
  }

  package init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }
}

extension Double {
  /// The square root of a number that rounding may have made slightly negative.
  fileprivate var squareRootOrZero: Double { Double.maximum(self, 0).squareRoot() }
}
