import CSIMD

/// Scale, shift and ε of a layer normalization.
///
/// For every row *x*: `y = (x − mean(x)) / √(var(x) + ε) · gain + bias`, with the biased variance.
///
/// Source: Ba, Kiros and Hinton, *Layer Normalization*, 2016, section 3.
package struct LayerNorm {
  /// `[width]`
  package let gain: Row
  /// `[width]`
  package let bias: Row
  package let epsilon: Float

  package init(gain: Row, bias: Row, epsilon: Float) {
    precondition(gain.count == bias.count)
    self.gain = gain
    self.bias = bias
    self.epsilon = epsilon
  }
}

/// The values that the backward pass of a layer normalization needs.
package struct LayerNormMemory {
  /// `[rows, width]`: (x − mean) / √(var + ε).
  package let normalized: Matrix
  /// `[rows]`: 1 / √(var + ε).
  package let inverseDeviation: Row

  package init(normalized: Matrix, inverseDeviation: Row) {
    self.normalized = normalized
    self.inverseDeviation = inverseDeviation
  }

  /// The memory of the first rows.
  package func first(_ rows: Int) -> LayerNormMemory {
    LayerNormMemory(normalized: normalized.rows(from: 0, count: rows), inverseDeviation: inverseDeviation)
  }
}

/// Normalizes the row `memory.normalized[index]` in place.
@inline(__always)
private func normalize(_ row: Row, epsilon: Float) -> Float {
  let width = Float(row.count)
  var total = Vector.zero
  for lane in row.lanes { total += row.load(lane) }
  let mean = Vector(repeating: sum(total) / width)
  var squares = Vector.zero
  for lane in row.lanes {
    // Lanes past the end contain the mean, so that they add nothing to the variance.
    let centered = row.load(lane, padding: mean[0]) - mean
    squares = multiplyAdd(centered, centered, squares)
    row.store(centered, lane)
  }
  let inverse = 1 / (sum(squares) / width + epsilon).squareRoot()
  for lane in row.lanes { row.store(row.load(lane) * inverse, lane) }
  return inverse
}

/// Normalizes each row, scales and shifts it, then applies dropout.
///
/// - Parameter memory: `normalized` contains the input and is replaced by the normalized rows.
/// - Parameter y: `[rows, width]`, written.
package func normalize(
  _ norm: LayerNorm, _ memory: LayerNormMemory, thenDrop mask: DropoutMask, _ rate: DropoutRate, into y: Matrix
) {
  precondition(memory.normalized.rows == y.rows && norm.gain.count == y.columns)
  for index in 0..<y.rows {
    let row = memory.normalized[index]
    memory.inverseDeviation[index] = normalize(row, epsilon: norm.epsilon)
    let to = y[index]
    for lane in row.lanes {
      let shifted = multiplyAdd(row.load(lane), norm.gain.load(lane), norm.bias.load(lane))
      to.store(rate.isActive ? keepLanes(mask.word(index, lane), of: shifted) * rate.scale : shifted, lane)
    }
  }
}

/// Adds the bias to a linear map's output, applies dropout, adds the residual, and normalizes (post-norm).
///
/// For every row: `y = LayerNorm(dropout(x + bias) + residual)`.
///
/// - Parameter memory: `normalized` contains x and is replaced by the normalized rows.
/// - Parameter residual: `[rows, width]`.
/// - Parameter y: `[rows, width]`, written.
package func addBias(
  _ bias: Row, thenDrop mask: DropoutMask, _ rate: DropoutRate, thenAdd residual: Matrix,
  thenNormalize norm: LayerNorm, _ memory: LayerNormMemory, into y: Matrix
) {
  precondition(memory.normalized.rows == y.rows && residual.rows == y.rows && residual.columns == y.columns)
  for index in 0..<y.rows {
    let row = memory.normalized[index]
    let skip = residual[index]
    for lane in row.lanes {
      let shifted = row.load(lane) + bias.load(lane)
      let kept = rate.isActive ? keepLanes(mask.word(index, lane), of: shifted) * rate.scale : shifted
      row.store(kept + skip.load(lane), lane)
    }
    memory.inverseDeviation[index] = normalize(row, epsilon: norm.epsilon)
    let to = y[index]
    for lane in row.lanes {
      to.store(multiplyAdd(row.load(lane), norm.gain.load(lane), norm.bias.load(lane)), lane)
    }
  }
}

/// Turns the gradient of a layer normalization's output into that of its input, and accumulates the parameters' gradients.
///
/// With n the normalized row and h = dy · gain: `dx = (h − mean(h) − n · mean(h · n)) / √(var + ε)`.
///
/// - Parameter gradient: `[rows, width]`: dy, replaced by dx.
/// - Parameter gainGradient: `[width]`, added to.
/// - Parameter biasGradient: `[width]`, added to.
package func normalizeBackward(
  _ norm: LayerNorm, _ memory: LayerNormMemory, gradient: Matrix, addingGainTo gainGradient: Row,
  biasTo biasGradient: Row
) {
  precondition(memory.normalized.rows == gradient.rows && norm.gain.count == gradient.columns)
  let width = Float(gradient.columns)
  for lane in gainGradient.lanes {
    var gain = gainGradient.load(lane)
    var bias = biasGradient.load(lane)
    for index in 0..<gradient.rows {
      let dy = gradient[index].load(lane)
      gain = multiplyAdd(dy, memory.normalized[index].load(lane), gain)
      bias += dy
    }
    gainGradient.store(gain, lane)
    biasGradient.store(bias, lane)
  }
  for index in 0..<gradient.rows {
    let row = gradient[index]
    let normalized = memory.normalized[index]
    var total = Vector.zero
    var product = Vector.zero
    for lane in row.lanes {
      let scaled = row.load(lane) * norm.gain.load(lane)
      row.store(scaled, lane)
      total += scaled
      product = multiplyAdd(scaled, normalized.load(lane), product)
    }
    let mean = Vector(repeating: sum(total) / width)
    let slope = Vector(repeating: -sum(product) / width)
    let inverse = memory.inverseDeviation[index]
    for lane in row.lanes {
      row.store(multiplyAdd(normalized.load(lane), slope, row.load(lane) - mean) * inverse, lane)
    }
  }
}
