import Foundation

extension Masking {
  /// What random masks leave to be predicted in a history, on average.
  struct Expectation {
    /// The chance that any mask counts; without one, a history is left out of its batch.
    var chance = 0.0

    /// Counted masks.
    var targets = 0.0
  }

  /// The expectation for each length from 0 to `longest`, in one pass.
  ///
  /// Of *n* = length − 1 places past the first, K ~ Binomial(*n*, *p*) are masked and min(K, M) count: a mask at the first place is the
  /// first to go when there are more than M. So a further place adds *p* · P(K < M) to the mean, and takes *p* · P(K = M − 1) from
  /// P(K < M).
  func expectations(upTo longest: Int) -> [Expectation] {
    let p = maskRatio
    var expectations = [Expectation()]
    var mean = 0.0
    var room = 1.0  // P(K < M)
    // log P(K = M − 1) from n = M − 1 on; the power itself may be too small for a number.
    var logFull = capacity == 1 ? 0 : Double(capacity - 1) * log(p)
    for n in stride(from: 0, to: longest, by: 1) {
      expectations.append(Expectation(chance: 1 - pow(1 - p, Double(n)), targets: mean))
      mean += p * room
      guard n >= capacity - 1 else { continue }
      room = max(0, room - p * exp(logFull))
      logFull += log(1 - p) + log(Double(n + 1) / Double(n + 2 - capacity))
    }
    return expectations
  }
}
