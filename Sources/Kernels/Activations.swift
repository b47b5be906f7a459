import CSIMD

/// The activation functions of the feed-forward network and the head.
package enum ActivationFunction: Sendable, CaseIterable {
  case gelu, relu, swish, tanh, sigmoid
}

/// Adds the bias to each row, applies the activation, and replaces the input by the derivative.
///
/// GELU is the exact form x · Φ(x) (Hendrycks and Gimpel, *Gaussian Error Linear Units*, 2016, section 2).
///
/// - Parameter x: `[rows, width]`; replaced by the derivative at `x + bias`.
/// - Parameter bias: `[width]`.
/// - Parameter y: `[rows, width]`, written.
package func addBias(_ bias: Row, thenApply function: ActivationFunction, to x: Matrix, into y: Matrix) {
  precondition(x.rows == y.rows && x.columns == y.columns && bias.count == x.columns)
  switch function {
  case .gelu: activate(x, bias, y, gelu)
  case .relu: activate(x, bias, y, relu)
  case .swish: activate(x, bias, y, swish)
  case .tanh: activate(x, bias, y, tanh)
  case .sigmoid: activate(x, bias, y, sigmoid)
  }
}

// MARK: - Values and slopes

// Functions rather than closures, since a closure would be called for each vector, and a call passes it in four parts.

@inline(__always)
private func gelu(_ x: Vector) -> (value: Vector, slope: Vector) {
  let normal = normalDistribution(x)
  return (x * normal.cumulative, multiplyAdd(x, normal.density, normal.cumulative))
}

@inline(__always)
private func relu(_ x: Vector) -> (value: Vector, slope: Vector) {
  let slope = select(.zero, isLessThan: x, then: Vector(repeating: 1), otherwise: .zero)
  return (x * slope, slope)
}

@inline(__always)
private func swish(_ x: Vector) -> (value: Vector, slope: Vector) {
  let gate = logistic(x)
  let value = x * gate
  return (value, multiplyAdd(gate, Vector(repeating: 1) - value, value))
}

@inline(__always)
private func tanh(_ x: Vector) -> (value: Vector, slope: Vector) {
  let value = hyperbolicTangent(x)
  return (value, multiplyAdd(-value, value, Vector(repeating: 1)))
}

@inline(__always)
private func sigmoid(_ x: Vector) -> (value: Vector, slope: Vector) {
  let value = logistic(x)
  return (value, multiplyAdd(-value, value, value))
}

/// The loop of `addBias(_:thenApply:to:into:)`, specialized for each function.
@inline(__always)
private func activate(
  _ x: Matrix, _ bias: Row, _ y: Matrix, _ function: (Vector) -> (value: Vector, slope: Vector)
) {
  for index in 0..<x.rows {
    let (from, to) = (x[index], y[index])
    for lane in from.lanes {
      let result = function(from.load(lane) + bias.load(lane))
      to.store(result.value, lane)
      from.store(result.slope, lane)
    }
  }
}

/// Turns the gradient of an activation's output into that of its input, and accumulates the gradient of the bias.
///
/// - Parameter gradient: `[rows, width]`; multiplied by `slope` in place.
/// - Parameter slope: `[rows, width]`, as written by `addBias(_:thenApply:to:into:)`.
/// - Parameter biasGradient: `[width]`, added to.
package func multiply(_ gradient: Matrix, bySlope slope: Matrix, addingBiasTo biasGradient: Row) {
  precondition(gradient.rows == slope.rows && gradient.columns == slope.columns)
  for lane in biasGradient.lanes {
    var total = biasGradient.load(lane)
    for index in 0..<gradient.rows {
      let product = gradient[index].load(lane) * slope[index].load(lane)
      gradient[index].store(product, lane)
      total += product
    }
    biasGradient.store(total, lane)
  }
}

/// Adds the bias to each row.
///
/// - Parameter x: `[rows, width]`, changed in place.
package func addBias(_ bias: Row, to x: Matrix) {
  precondition(bias.count == x.columns)
  for index in 0..<x.rows {
    let row = x[index]
    for lane in row.lanes { row.store(row.load(lane) + bias.load(lane), lane) }
  }
}

/// Adds the column sums to a row.
///
/// - Parameter x: `[rows, width]`.
/// - Parameter total: `[width]`, added to.
package func addColumnSums(of x: Matrix, to total: Row) {
  precondition(total.count == x.columns)
  for lane in total.lanes {
    var running = total.load(lane)
    for index in 0..<x.rows { running += x[index].load(lane) }
    total.store(running, lane)
  }
}
