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
