package import Kernels

/// Every random number of a training run, as a function of what it is for.
///
/// The seed is the generator's key; purpose, epoch and sample are its counter. So there is no generator whose state would have to be
/// saved, and a number doesn't depend on which numbers were drawn before it.
package struct Randomness: Sendable {
  package let philox: Philox

  package init(seed: UInt64) { philox = Philox(key: seed) }

  /// What a stream is for. Dropout's sites are the numbers below these.
  package enum Purpose: UInt32 {
    case masks = 0x8000_0000
    case negatives, batchKind, shuffle, initialization
  }

  /// A stream of its own for each purpose, place (a sample, a batch) and epoch.
  package func stream(_ purpose: Purpose, _ place: UInt32, epoch: Int) -> RandomStream {
    RandomStream(philox, place, purpose.rawValue, UInt32(truncatingIfNeeded: epoch))
  }
}

/// The dropout of one pass: off in evaluation, else drawn for the epoch.
package struct Dropout {
  let hidden: DropoutRate
  let attention: DropoutRate
  let philox: Philox
  let epoch: UInt32

  /// For training in the given epoch, counted from 0.
  package init(_ network: NetworkConfiguration, randomness: Randomness, epoch: Int) {
    hidden = DropoutRate(network.hiddenDropout)
    attention = DropoutRate(network.attentionDropout)
    philox = randomness.philox
    self.epoch = UInt32(truncatingIfNeeded: epoch)
  }

  private init() {
    hidden = .none
    attention = .none
    philox = Philox(key: 0)
    epoch = 0
  }

  /// Drops nothing.
  package static let none = Dropout()

  /// The number that tells apart the places where dropout is applied.
  enum Site {
    case embedding
    case attention(layer: Int)
    case attentionOutput(layer: Int)
    case feedForward(layer: Int)

    var number: UInt32 {
      switch self {
      case .embedding: 0
      case .attention(let layer): UInt32(3 * layer + 1)
      case .attentionOutput(let layer): UInt32(3 * layer + 2)
      case .feedForward(let layer): UInt32(3 * layer + 3)
      }
    }
  }
}
