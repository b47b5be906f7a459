import Kernels

/// Two linear maps around an activation, with residual and norm (post-norm): the second half of a Transformer layer.
///
/// `z = LayerNorm(dropout(act(y · W₁ᵀ + b₁) · W₂ᵀ + b₂) + y)`.
///
/// Source: Vaswani et al., *Attention Is All You Need*, 2017, section 3.3; Sun et al., *BERT4Rec*, 2019, section 3.3.
struct FeedForward {
  let inner: Linear  // [inner, hidden]
  let outer: Linear  // [hidden, inner]
  let norm: LayerNorm
  let activation: ActivationFunction
  /// The number of its layer, from 0.
  let layer: Int

  init(
    _ shape: FeedForwardShape, layer: Int, inside module: String, of parameters: Parameters,
    _ network: NetworkConfiguration
  ) {
    inner = Linear(shape.inner, inside: module, of: parameters)
    outer = Linear(shape.outer, inside: module, of: parameters)
    norm = LayerNorm(shape.norm, inside: module, of: parameters, epsilon: network.layerNormEpsilon)
    activation = ActivationFunction(network.activation)
    self.layer = layer
  }

  /// Copies of the weights.
  struct Copies {
    let inner: LinearCopies
    let outer: LinearCopies

    init(_ shape: FeedForwardShape, _ precision: TrainingConfiguration.Precision, in arena: Arena) {
      inner = LinearCopies(shape.inner, precision, in: arena)
      outer = LinearCopies(shape.outer, precision, in: arena)
    }

    func update(from feedForward: FeedForward) {
      inner.update(from: feedForward.inner)
      outer.update(from: feedForward.outer)
    }
  }

  /// - Parameter y: `[outputs, hidden]`.
  /// - Parameter memory: Filled with the values that `backward` needs.
  /// - Parameter room: For products in BF16; likewise below.
  /// - Returns: `[outputs, hidden]`, in `memory`.
  func forward(
    _ y: Matrix, _ copies: Copies, block: Block, memory: FeedForwardMemory, dropout: Dropout, room: PairRoom?
  ) -> Matrix {
    let rows = y.rows
    memory.outputMask.draw(block, memory.outputs, dropout, site: .feedForward(layer: layer))
    let slope = memory.slope.rows(from: 0, count: rows)
    let activated = memory.activated.rows(from: 0, count: rows)
    matmul(y, copies.inner.transposed, into: slope, room: room)
    addBias(inner.bias, thenApply: activation, to: slope, into: activated)
    let normMemory = memory.norm.first(rows)
    let z = memory.output.rows(from: 0, count: rows)
    matmul(activated, copies.outer.transposed, into: normMemory.normalized, room: room)
    addBias(
      outer.bias, thenDrop: memory.outputMask, dropout.hidden, thenAdd: y, thenNormalize: norm, normMemory, into: z)
    return z
  }

  /// Turns the gradient of the output into that of the input; the gradients of the parameters are accumulated.
  ///
  /// - Parameter gradient: `[outputs, hidden]`, replaced.
  /// - Parameter y: The input as given to `forward`.
  func backward(
    _ gradient: Matrix, addingTo gradients: FeedForward, _ copies: Copies, y: Matrix, memory: FeedForwardMemory,
    scratch: BackwardScratch, dropout: Dropout, room: PairRoom?
  ) {
    let rows = gradient.rows
    let dropped = scratch.dropped.rows(from: 0, count: rows)
    normalizeBackward(
      norm, memory.norm.first(rows), gradient: gradient, addingGainTo: gradients.norm.gain,
      biasTo: gradients.norm.bias)
    dropBackward(gradient, memory.outputMask, dropout.hidden, into: dropped, addingBiasTo: gradients.outer.bias)
    let innerGradient = scratch.inner.rows(from: 0, count: rows)
    let activated = memory.activated.rows(from: 0, count: rows)
    matmul(dropped, .transposed, activated, into: gradients.outer.weights, adding: true, room: room)
    matmul(dropped, copies.outer.weights(of: outer), into: innerGradient, room: room)
    multiply(innerGradient, bySlope: memory.slope.rows(from: 0, count: rows), addingBiasTo: gradients.inner.bias)
    matmul(innerGradient, .transposed, y, into: gradients.inner.weights, adding: true, room: room)
    matmul(innerGradient, copies.inner.weights(of: inner), into: gradient, adding: true, room: room)
  }
}

extension ActivationFunction {
  fileprivate init(_ activation: NetworkConfiguration.Activation) {
    switch activation {
    case .gelu: self = .gelu
    case .relu: self = .relu
    case .swish: self = .swish
    case .tanh: self = .tanh
    case .sigmoid: self = .sigmoid
    }
  }
}
