/// By what factor the variance of a mean over samples is larger than if a user's samples had no more in common than those of
/// different users.
///
/// The mean over samples is the ratio of two sums over users, of gains s and of numbers of samples n. Over samples of users, its variance
/// is Σ (s − x̄ n)² / (Σ n)². With one sample for each user, that is the usual variance, and the factor is 1. It is never taken to be less.
///
/// As in `ConfidenceInterval`, half a user is added that has the largest gain, here in the mean number of samples: few gains say little
/// about what a user's samples have in common.
///
/// Source: Kish, *Survey Sampling*, 1965, section 8.2; with Wilson's interval: Dean and Pagano, *Evaluating Confidence Interval Methods for
/// Binomial Proportions in Clustered Surveys*, 2015.
struct DesignEffect: Sendable, Equatable {
  let factor: Double

  /// - Parameters:
  ///   - gains: One for each sample, from 0 to `largest`; a user's stand together.
  ///   - counts: The number of each user's samples.
  init(_ gains: [Double], counts: [Int], largest: Double) {
    let meanCount = Double(gains.count) / Double(counts.count)
    let squares = gains.reduce(0) { $0 + $1 * $1 } + largest * largest * meanCount / 2
    let count = Double(gains.count) + meanCount / 2
    let mean = (gains.reduce(0, +) + largest * meanCount / 2) / count
    let own = (largest - mean) * meanCount
    var between = own * own / 2
    var start = 0
    for count in counts {
      let deviation = gains[start..<start + count].reduce(0, +) - mean * Double(count)
      between += deviation * deviation
      start += count
    }
    let within = squares - count * mean * mean
    // Where all gains are the same, nothing is known.
    factor = max(1, within > 1e-12 * squares ? between / within : meanCount)
  }
}
