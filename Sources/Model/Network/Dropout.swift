import Kernels

/// The dropout of one pass: off in evaluation, otherwise drawn for the epoch.
package struct Dropout {
  let hidden: DropoutRate
  let attention: DropoutRate
  let philox: Philox
  let epoch: UInt32

  /// The dropout for training in the given epoch, counted from 0.
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

  /// The number that identifies a place where dropout is applied.
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

extension DropoutMask {
  /// Draws the bits of every sequence of a block, unless nothing is dropped.
  ///
  /// - Parameter outputs: The places that have rows in the mask.
  mutating func draw(_ block: Block, _ outputs: Block.Outputs, _ dropout: Dropout, site: Dropout.Site) {
    guard dropout.hidden.isActive else { return }
    for sequence in block.sequences {
      let rows = sequence.rows(outputs)
      draw(
        rows: rows.count, from: rows.lowerBound, rate: dropout.hidden, dropout.philox, sample: sequence.key,
        site: site.number, epoch: dropout.epoch)
    }
  }
}
