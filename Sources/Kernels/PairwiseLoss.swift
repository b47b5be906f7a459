import CSIMD

/// The loss of Bayesian personalized ranking for one pair of scores, and its derivative with respect to their difference.
///
/// `−log(10⁻¹⁴ + sigmoid(positive − negative))`.
///
/// Source: Rendle et al., *BPR*, 2009, section 4.1; the 10⁻¹⁴ is from RecBole.
package func pairwiseLoss(positive: Float, negative: Float) -> (loss: Float, slope: Float) {
  let difference = Double(positive) - Double(negative)
  let chance = 1 / (1 + exponential(-difference))
  let loss = -logarithm(1e-14 + chance)
  return (Float(loss), Float(-chance * (1 - chance) / (1e-14 + chance)))
}

/// The inner product of two rows.
package func dot(_ a: Row, _ b: Row) -> Float {
  precondition(a.count == b.count)
  var total = Vector.zero
  for lane in a.lanes { total = multiplyAdd(a.load(lane), b.load(lane), total) }
  return sum(total)
}

/// `y += factor · x`.
package func add(_ x: Row, times factor: Float, to y: Row) {
  precondition(x.count == y.count)
  let factor = Vector(repeating: factor)
  for lane in x.lanes { y.store(multiplyAdd(x.load(lane), factor, y.load(lane)), lane) }
}
