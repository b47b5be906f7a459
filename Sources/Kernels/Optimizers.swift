import CSIMD

/// One step of Adam, or of AdamW when the decay is decoupled.
///
/// `m ← β₁m + (1 − β₁)g`, `v ← β₂v + (1 − β₂)g²`, `p ← p − η / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)`; with coupled decay λ, g is
/// replaced by g + λp; with decoupled decay, p is first multiplied by 1 − ηλ.
///
/// Source: Kingma and Ba, *Adam*, 2015, algorithm 1; Loshchilov and Hutter, *Decoupled Weight Decay Regularization*, 2019.
package struct Adam: Sendable {
  package var learningRate: Double
  package var weightDecay: Double
  package var decouplesDecay: Bool
  /// β₁ = 0.9, β₂ = 0.999 and ε = 10⁻⁸, PyTorch's defaults.
  static let (firstDecay, secondDecay, epsilon) = (0.9, 0.999, 1e-8)

  package init(learningRate: Double, weightDecay: Double, decouplesDecay: Bool) {
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.decouplesDecay = decouplesDecay
  }

  /// - Parameter step: Counted from 1.
  /// - Parameter first: The moment m, of the parameters' shape, updated; `second` is v.
  package func update(_ parameters: Row, gradient: Row, first: Row, second: Row, step: Int) {
    let correction1 = 1 - power(Self.firstDecay, step)
    let correction2 = (1 - power(Self.secondDecay, step)).squareRoot()
    let rate = Vector(repeating: -Float(learningRate / correction1))
    let rootScale = Vector(repeating: Float(1 / correction2))
    let coupled = Vector(repeating: decouplesDecay ? 0 : Float(weightDecay))
    let shrink = decouplesDecay ? Float(1 - learningRate * weightDecay) : 1
    for lane in parameters.lanes {
      let p = parameters.load(lane) * shrink
      let g = multiplyAdd(coupled, p, gradient.load(lane))
      let m = multiplyAdd(g - first.load(lane), Vector(repeating: Float(1 - Self.firstDecay)), first.load(lane))
      let v = multiplyAdd(
        g * g, Vector(repeating: Float(1 - Self.secondDecay)), second.load(lane) * Float(Self.secondDecay))
      first.store(m, lane)
      second.store(v, lane)
      let denominator = multiplyAdd(squareRoot(v), rootScale, Vector(repeating: Float(Self.epsilon)))
      parameters.store(multiplyAdd(rate, m / denominator, p), lane)
    }
  }
}

/// One step of plain gradient descent: `p ← p − η(g + λp)`.
package func stepSGD(_ parameters: Row, gradient: Row, learningRate: Double, weightDecay: Double) {
  let (rate, decay) = (Vector(repeating: -Float(learningRate)), Vector(repeating: Float(weightDecay)))
  for lane in parameters.lanes {
    let p = parameters.load(lane)
    parameters.store(multiplyAdd(rate, multiplyAdd(decay, p, gradient.load(lane)), p), lane)
  }
}

/// One step of Adagrad: `s ← s + g²`, `p ← p − η g / (√s + 10⁻¹⁰)`.
///
/// Source: Duchi et al., *Adaptive Subgradient Methods*, 2011; ε as in PyTorch.
package func stepAdagrad(_ parameters: Row, gradient: Row, squares: Row, learningRate: Double, weightDecay: Double) {
  let (rate, decay) = (Vector(repeating: -Float(learningRate)), Vector(repeating: Float(weightDecay)))
  for lane in parameters.lanes {
    let p = parameters.load(lane)
    let g = multiplyAdd(decay, p, gradient.load(lane))
    let s = multiplyAdd(g, g, squares.load(lane))
    squares.store(s, lane)
    // Without any gradient so far, 0 / 10⁻¹⁰ is 0.
    parameters.store(multiplyAdd(rate, g / (squareRoot(s) + 1e-10), p), lane)
  }
}

/// One step of RMSprop: `s ← 0.99 s + 0.01 g²`, `p ← p − η g / (√s + 10⁻⁸)`.
///
/// Source: Tieleman and Hinton, lecture 6.5, 2012; constants as in PyTorch.
package func stepRMSprop(_ parameters: Row, gradient: Row, squares: Row, learningRate: Double, weightDecay: Double) {
  let (rate, decay) = (Vector(repeating: -Float(learningRate)), Vector(repeating: Float(weightDecay)))
  for lane in parameters.lanes {
    let p = parameters.load(lane)
    let g = multiplyAdd(decay, p, gradient.load(lane))
    let s = multiplyAdd(g * g, Vector(repeating: 0.01), squares.load(lane) * 0.99)
    squares.store(s, lane)
    parameters.store(multiplyAdd(rate, g / (squareRoot(s) + 1e-8), p), lane)
  }
}

/// `base` to the power of `exponent`, by repeated squaring.
package func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, square, left) = (1.0, base, exponent)
  while left > 0 {
    if left & 1 == 1 { result *= square }
    square *= square
    left >>= 1
  }
  return result
}
