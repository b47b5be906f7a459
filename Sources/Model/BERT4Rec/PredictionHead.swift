import Kernels

/// What BERT4Rec computes between the last layer and the scores of the items: `h = LayerNorm(gelu(x · Wᵀ + b))`.
///
/// Source: Sun et al., *BERT4Rec*, 2019, section 3.6; the norm is RecBole's.
struct PredictionHead {
  let dense: Linear  // [hidden, hidden]
  let norm: LayerNorm

  init(_ shape: PredictionHeadShape, of parameters: Parameters, epsilon: Double) {
    dense = Linear(shape.dense, of: parameters)
    norm = LayerNorm(shape.norm, of: parameters, epsilon: epsilon)
  }

  /// - Parameter x: `[targets, hidden]`.
  /// - Parameter memory: Filled with the values that `backward` needs.
  /// - Parameter room: For products in BF16; likewise below.
  /// - Returns: `[targets, hidden]`, in `memory`.
  func forward(_ x: Matrix, _ copies: LinearCopies, memory: PredictionHeadMemory, room: PairRoom?) -> Matrix {
    let slope = memory.slope.rows(from: 0, count: x.rows)
    let normMemory = memory.norm.first(x.rows)
    let output = memory.output.rows(from: 0, count: x.rows)
    matmul(x, copies.transposed, into: slope, room: room)
    addBias(dense.bias, thenApply: .gelu, to: slope, into: normMemory.normalized)
    normalize(norm, normMemory, thenDrop: memory.noMask, .none, into: output)
    return output
  }

  /// Turns the gradient of the output into that of the input; the gradients of the parameters are accumulated.
  ///
  /// - Parameter gradient: `[targets, hidden]`, replaced.
  /// - Parameter x: The input as given to `forward`.
  func backward(
    _ gradient: Matrix, addingTo gradients: PredictionHead, _ copies: LinearCopies, x: Matrix,
    memory: PredictionHeadMemory, scratch: BackwardScratch, room: PairRoom?
  ) {
    let rows = gradient.rows
    normalizeBackward(
      norm, memory.norm.first(rows), gradient: gradient, addingGainTo: gradients.norm.gain,
      biasTo: gradients.norm.bias)
    multiply(gradient, bySlope: memory.slope.rows(from: 0, count: rows), addingBiasTo: gradients.dense.bias)
    matmul(gradient, .transposed, x, into: gradients.dense.weights, adding: true, room: room)
    let inputGradient = scratch.dropped.rows(from: 0, count: rows)
    matmul(gradient, copies.weights(of: dense), into: inputGradient, room: room)
    gradient.copy(from: inputGradient)
  }
}
