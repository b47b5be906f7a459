package import Kernels

/// Every random number of a training run, as a function of its purpose.
///
/// The seed is the generator's key; purpose, epoch and sample are its counter. So there is no generator state to save, and a number does
/// not depend on the numbers drawn before it.
package struct Randomness: Sendable {
  package let philox: Philox

  package init(seed: UInt64) { philox = Philox(key: seed) }

  /// The purpose of a stream. Dropout sites have lower numbers.
  package enum Purpose: UInt32 {
    case masks = 0x8000_0000
    case negatives, batchKind, shuffle, initialization, windows
  }

  /// A separate stream for each purpose, place (a sample or a batch) and epoch.
  package func stream(_ purpose: Purpose, _ place: UInt32, epoch: Int) -> RandomStream {
    RandomStream(philox, place, purpose.rawValue, UInt32(truncatingIfNeeded: epoch))
  }
}
