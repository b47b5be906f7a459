import Foundation

extension Masking {
  /// The expected number of items to predict in a randomly masked history.
  struct Expectation {
    /// The probability that any mask counts; otherwise the history is omitted from its batch.
    var chance = 0.0

    /// The expected number of counted masks.
    var targets = 0.0
  }

  /// The expectation for each length from 0 to `longest`, computed in one pass.
  ///
  /// Of the *n* = length − 1 places after the first, K ~ Binomial(*n*, *p*) are masked and min(K, M) count: if there are more than M
  /// masks, the one at the first place is dropped first. So each additional place adds *p* · P(K < M) to the mean, and subtracts
  /// *p* · P(K = M − 1) from P(K < M).
  func expectations(upTo longest: Int) -> [Expectation] {
    let p = maskRatio
    var expectations = [Expectation()]
    var mean = 0.0
    var room = 1.0  // P(K < M)
    // log P(K = M − 1), starting at n = M − 1; the probability itself may underflow.
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
