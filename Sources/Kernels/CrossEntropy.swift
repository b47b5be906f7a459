import CSIMD

/// Softmax cross-entropy of one row of logits, and its gradient in place.
///
/// - Parameter logits: `[classes]`; replaced by `weight · (softmax(logits) − onehot(label))`.
/// - Parameter bias: `[classes]`, added to the logits first.
/// - Returns: `−log softmax(logits)[label]`, natural logarithm, not multiplied by the weight.
package func crossEntropy(_ logits: Row, bias: Row, label: Int, weight: Float) -> Float {
  precondition(label >= 0 && label < logits.count && bias.count == logits.count, "label \(label) of \(logits.count)")
  var top = Vector(repeating: -.infinity)
  for lane in logits.lanes {
    let logit = logits.load(lane, padding: -.infinity) + bias.load(lane)
    logits.store(logit, lane)
    top = maximum(top, logit)
  }
  let shift = largest(top)
  let own = logits[label]
  var total = Vector.zero
  for lane in logits.lanes {
    let logit = logits.load(lane, padding: -.infinity)
    let power = exponential(logit - shift)
    logits.store(power, lane)
    total += power
  }
  let denominator = sum(total)
  let factor = weight / denominator
  for lane in logits.lanes { logits.store(logits.load(lane) * factor, lane) }
  logits[label] -= weight
  return logarithm(denominator) + (shift - own)
}

/// log Σ exp(x) over a row of logits that arrives in pieces.
///
/// Source: Milakov and Gimelshein, *Online normalizer calculation for softmax*, 2018, algorithm 3, except that the shift changes
/// only if a piece's largest logit is far above it.
package struct LogSumExp {
  /// The number subtracted from logits before the exponential: the maximum of the first piece, or of a later piece far above it.
  fileprivate var shift = -Float.infinity
  /// The sum of exp(x − shift) so far.
  fileprivate var total: Float = 0

  /// How far above the shift a logit may be: e³⁰ for each of 10⁹ items is still a 32-bit number.
  private static let room: Float = 30

  package init() {}

  /// Adds the next logits.
  ///
  /// - Parameter logits: `[classes]`
  /// - Parameter bias: `[classes]`, added to the logits first.
  package mutating func add(_ logits: Row, bias: Row) {
    precondition(bias.count == logits.count, "\(bias.count) biases for \(logits.count) logits")
    // −∞ − −∞ is NaN, but logits of −∞ contribute nothing to the sum.
    var piece = Self.powers(of: logits, bias, shift: shift == -.infinity ? 0 : shift)
    if piece.largest > shift + Self.room || (shift == -.infinity && piece.largest > shift) {
      total *= Float(exponential(Double(shift - piece.largest)))
      shift = piece.largest
      piece = Self.powers(of: logits, bias, shift: shift)
    }
    total += piece.total
  }

  private static func powers(of logits: Row, _ bias: Row, shift: Float) -> (total: Float, largest: Float) {
    var (total, top) = (Vector.zero, Vector(repeating: -.infinity))
    for lane in logits.lanes {
      let logit = logits.load(lane, padding: -.infinity) + bias.load(lane)
      top = maximum(top, logit)
      total += exponential(logit - shift)
    }
    return (sum(total), largest(top))
  }

  /// The logarithm of the sum minus a logit, which is that logit's cross-entropy.
  package func value(minus logit: Float) -> Float { logarithm(total) + (shift - logit) }
}

/// Replaces logits by `weight · exp(logits + bias) / Σ exp`, with the complete sum.
///
/// - Parameter logits: `[classes]`, a piece of those in the sum.
/// - Parameter bias: `[classes]`, added to the logits first.
package func softmax(_ logits: Row, bias: Row, _ sum: LogSumExp, weight: Float) {
  precondition(bias.count == logits.count, "\(bias.count) biases for \(logits.count) logits")
  let factor = weight / sum.total
  for lane in logits.lanes {
    let power = exponential(logits.load(lane) + bias.load(lane) - sum.shift)
    logits.store(power * factor, lane)
  }
}
