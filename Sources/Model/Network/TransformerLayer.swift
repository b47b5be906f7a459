import Kernels

/// One Transformer layer: multi-head self-attention and a feed-forward network, each with residual and norm (post-norm).
///
/// `y = LayerNorm(dropout(attention(x)) + x)`, `z = LayerNorm(dropout(act(y·W₁ + b₁)·W₂ + b₂) + y)`.
///
/// Source: Vaswani et al., *Attention Is All You Need*, 2017, section 3; Sun et al., *BERT4Rec*, 2019, section 3.3.
struct TransformerLayer {
  let queryKeyValue: Matrix  // [3 · hidden, hidden]
  let queryKeyValueBias: Row
  let dense: Matrix  // [hidden, hidden]
  let denseBias: Row
  let attentionNorm: LayerNorm
  let inner: Matrix  // [inner, hidden]
  let innerBias: Row
  let outer: Matrix  // [hidden, inner]
  let outerBias: Row
  let feedForwardNorm: LayerNorm
  let number: Int
  let headCount: Int
  let activation: ActivationFunction

  init(_ number: Int, of parameters: Parameters, _ network: NetworkConfiguration) {
    let attention = "trm_encoder.layer.\(number).multi_head_attention"
    let feedForward = "trm_encoder.layer.\(number).feed_forward"
    let epsilon = network.layerNormEpsilon
    queryKeyValue = parameters.matrix("\(attention).query.weight", stacked: 3)
    queryKeyValueBias = parameters.row("\(attention).query.bias", stacked: 3)
    dense = parameters.matrix("\(attention).dense.weight")
    denseBias = parameters.row("\(attention).dense.bias")
    attentionNorm = LayerNorm("\(attention).LayerNorm", of: parameters, epsilon: epsilon)
    inner = parameters.matrix("\(feedForward).dense_1.weight")
    innerBias = parameters.row("\(feedForward).dense_1.bias")
    outer = parameters.matrix("\(feedForward).dense_2.weight")
    outerBias = parameters.row("\(feedForward).dense_2.bias")
    feedForwardNorm = LayerNorm("\(feedForward).LayerNorm", of: parameters, epsilon: epsilon)
    self.number = number
    headCount = network.headCount
    activation = ActivationFunction(network.activation)
  }

  private var hidden: Int { dense.rows }
  private var headWidth: Int { hidden / headCount }

  // MARK: - Forward

  /// The layer's output at every position, or, in the last layer, at the targets only.
  ///
  /// - Parameter x: `[positions, hidden]`.
  /// - Parameter transposed: The layer's weights, transposed.
  /// - Parameter memory: Filled with the values that `backward` needs.
  /// - Returns: `[positions or targets, hidden]`, in `memory`.
  func forward(
    _ x: Matrix, _ transposed: TransposedWeights.Layer, _ block: Block, _ memory: LayerMemory, _ dropout: Dropout
  ) -> Matrix {
    let queries = memory.isLast ? block.targetCount : block.positionCount
    let projections = memory.queryKeyValue.rows(from: 0, count: block.positionCount)
    let residual: Matrix
    if memory.isLast {
      residual = memory.input.rows(from: 0, count: queries)
      gather(block.targetPositions, of: x, into: residual)
      let query = memory.query.rows(from: 0, count: queries)
      matmul(residual, transposed.queryKeyValue.columns(from: 0, count: hidden), into: query)
      addBias(queryKeyValueBias.slice(at: 0, count: hidden), to: query)
      let keyValue = projections.columns(from: hidden, count: 2 * hidden)
      matmul(x, transposed.queryKeyValue.columns(from: hidden, count: 2 * hidden), into: keyValue)
      addBias(queryKeyValueBias.slice(at: hidden, count: 2 * hidden), to: keyValue)
    } else {
      residual = x
      matmul(x, transposed.queryKeyValue, into: projections)
      addBias(queryKeyValueBias, to: projections)
    }
    attend(block, memory, dropout)
    return finish(residual, transposed, block, memory, dropout, rows: queries)
  }

  /// Attention of every sequence and head, into `memory.context`.
  private func attend(_ block: Block, _ memory: LayerMemory, _ dropout: Dropout) {
    for sequence in block.sequences where memory.queries(sequence).count > 0 {
      let (queries, keys) = (memory.queries(sequence), sequence.positions.count)
      memory.attentionMask.reshape(columns: keys)
      if dropout.attention.isActive {
        memory.attentionMask.draw(
          rows: headCount * queries.count, from: 0, rate: dropout.attention, dropout.philox, sample: sequence.key,
          site: Dropout.Site.attention(layer: number).number, epoch: dropout.epoch)
      }
      let scratch = memory.scratch(queries: queries.count, keys: keys)
      for head in 0..<headCount {
        let context = memory.context.rows(from: queries.lowerBound, count: queries.count)
        self.head(head, of: sequence, memory).forward(
          memory.attentionMask, firstRow: head * queries.count, dropout.attention, scratch: scratch,
          turned: memory.transposed(keys: keys, width: headWidth),
          into: context.columns(from: head * headWidth, count: headWidth))
      }
    }
  }

  /// Views of one head's query, key, value and probabilities within one sequence.
  private func head(_ head: Int, of sequence: Block.Sequence, _ memory: LayerMemory) -> AttentionHead {
    let queries = memory.queries(sequence)
    let ownKeys = memory.queryKeyValue.rows(from: sequence.positions.lowerBound, count: sequence.positions.count)
    let source = memory.isLast ? memory.query : memory.queryKeyValue
    return AttentionHead(
      query: source.rows(from: queries.lowerBound, count: queries.count)
        .columns(from: head * headWidth, count: headWidth),
      key: ownKeys.columns(from: hidden + head * headWidth, count: headWidth),
      value: ownKeys.columns(from: 2 * hidden + head * headWidth, count: headWidth),
      scale: 1 / Float(headWidth).squareRoot(),
      probabilities: memory.probabilities(sequence, head: head, headCount: headCount))
  }

  /// Everything after the attention: output projection, feed-forward network and both norms.
  private func finish(
    _ residual: Matrix, _ transposed: TransposedWeights.Layer, _ block: Block, _ memory: LayerMemory,
    _ dropout: Dropout,
    rows: Int
  ) -> Matrix {
    memory.drawMasks(block, dropout, layer: number)
    let attentionNormMemory = memory.attentionNorm.first(rows)
    let y = memory.attended.rows(from: 0, count: rows)
    matmul(memory.context.rows(from: 0, count: rows), transposed.dense, into: attentionNormMemory.normalized)
    addBias(
      denseBias, thenDrop: memory.attentionOutputMask, dropout.hidden, thenAdd: residual,
      thenNormalize: attentionNorm, attentionNormMemory, into: y)
    let slope = memory.slope.rows(from: 0, count: rows)
    let activated = memory.activated.rows(from: 0, count: rows)
    matmul(y, transposed.inner, into: slope)
    addBias(innerBias, thenApply: activation, to: slope, into: activated)
    let feedForwardNormMemory = memory.feedForwardNorm.first(rows)
    let z = memory.output.rows(from: 0, count: rows)
    matmul(activated, transposed.outer, into: feedForwardNormMemory.normalized)
    addBias(
      outerBias, thenDrop: memory.feedForwardMask, dropout.hidden, thenAdd: y, thenNormalize: feedForwardNorm,
      feedForwardNormMemory, into: z)
    return z
  }

  // MARK: - Backward

  /// Computes the gradient of the layer's input from that of its output, and accumulates the parameters' gradients.
  ///
  /// - Parameter gradients: The layer whose views are the gradients of this one's parameters.
  /// - Parameter x: `[positions, hidden]`, as given to `forward`.
  /// - Parameter gradient: `[positions or targets, hidden]`, overwritten.
  /// - Returns: `[positions, hidden]`.
  func backward(
    _ gradient: Matrix, _ gradients: TransformerLayer, x: Matrix, _ block: Block, _ memory: LayerMemory,
    _ scratch: BackwardScratch, _ dropout: Dropout
  ) -> Matrix {
    let rows = gradient.rows
    let dropped = scratch.dropped.rows(from: 0, count: rows)
    backwardFeedForward(gradient, gradients, memory, scratch, dropped, dropout)
    normalizeBackward(
      attentionNorm, memory.attentionNorm.first(rows), gradient: gradient,
      addingGainTo: gradients.attentionNorm.gain, biasTo: gradients.attentionNorm.bias)
    dropBackward(
      gradient, memory.attentionOutputMask, dropout.hidden, into: dropped, addingBiasTo: gradients.denseBias)
    let context = memory.context.rows(from: 0, count: rows)
    matmul(dropped, .transposed, context, into: gradients.dense, adding: true)
    let contextGradient = scratch.context.rows(from: 0, count: rows)
    matmul(dropped, dense, into: contextGradient)
    backwardAttention(contextGradient, block, memory, scratch, dropout)
    return backwardProjections(gradient, gradients, x: x, block, memory, scratch)
  }

  /// Turns the gradient of the output into that of the attention's norm, in place.
  private func backwardFeedForward(
    _ gradient: Matrix, _ gradients: TransformerLayer, _ memory: LayerMemory, _ scratch: BackwardScratch,
    _ dropped: Matrix, _ dropout: Dropout
  ) {
    let rows = gradient.rows
    normalizeBackward(
      feedForwardNorm, memory.feedForwardNorm.first(rows), gradient: gradient,
      addingGainTo: gradients.feedForwardNorm.gain, biasTo: gradients.feedForwardNorm.bias)
    dropBackward(gradient, memory.feedForwardMask, dropout.hidden, into: dropped, addingBiasTo: gradients.outerBias)
    let innerGradient = scratch.inner.rows(from: 0, count: rows)
    matmul(dropped, .transposed, memory.activated.rows(from: 0, count: rows), into: gradients.outer, adding: true)
    matmul(dropped, outer, into: innerGradient)
    multiply(innerGradient, bySlope: memory.slope.rows(from: 0, count: rows), addingBiasTo: gradients.innerBias)
    matmul(
      innerGradient, .transposed, memory.attended.rows(from: 0, count: rows), into: gradients.inner, adding: true)
    matmul(innerGradient, inner, into: gradient, adding: true)
  }

  /// Computes the gradients of query, key and value from that of the context, in `scratch`.
  private func backwardAttention(
    _ contextGradient: Matrix, _ block: Block, _ memory: LayerMemory, _ scratch: BackwardScratch, _ dropout: Dropout
  ) {
    for sequence in block.sequences {
      let queries = memory.queries(sequence)
      let own = scratch.queryKeyValue.rows(from: sequence.positions.lowerBound, count: sequence.positions.count)
      let querySource = memory.isLast ? scratch.query : scratch.queryKeyValue
      let ownQueries = querySource.rows(from: queries.lowerBound, count: queries.count)
      for head in 0..<headCount {
        let column = head * headWidth
        self.head(head, of: sequence, memory).backward(
          contextGradient: contextGradient.rows(from: queries.lowerBound, count: queries.count)
            .columns(from: column, count: headWidth),
          dropout.attention, scratch: memory.scratch(queries: queries.count, keys: sequence.positions.count),
          turned: memory.transposed(keys: sequence.positions.count, width: headWidth),
          queryGradient: ownQueries.columns(from: column, count: headWidth),
          keyGradient: own.columns(from: hidden + column, count: headWidth),
          valueGradient: own.columns(from: 2 * hidden + column, count: headWidth))
      }
    }
  }

  /// Computes the gradient of the input, including the residual's, from those of query, key and value.
  private func backwardProjections(
    _ residual: Matrix, _ gradients: TransformerLayer, x: Matrix, _ block: Block, _ memory: LayerMemory,
    _ scratch: BackwardScratch
  ) -> Matrix {
    let projections = scratch.queryKeyValue.rows(from: 0, count: block.positionCount)
    guard memory.isLast else {
      addColumnSums(of: projections, to: gradients.queryKeyValueBias)
      matmul(projections, .transposed, x, into: gradients.queryKeyValue, adding: true)
      matmul(projections, queryKeyValue, into: residual, adding: true)
      return residual
    }
    let query = scratch.query.rows(from: 0, count: residual.rows)
    let keyValue = projections.columns(from: hidden, count: 2 * hidden)
    addColumnSums(of: query, to: gradients.queryKeyValueBias.slice(at: 0, count: hidden))
    addColumnSums(of: keyValue, to: gradients.queryKeyValueBias.slice(at: hidden, count: 2 * hidden))
    let input = memory.input.rows(from: 0, count: residual.rows)
    matmul(query, .transposed, input, into: gradients.queryKeyValue.rows(from: 0, count: hidden), adding: true)
    matmul(query, queryKeyValue.rows(from: 0, count: hidden), into: residual, adding: true)
    matmul(
      keyValue, .transposed, x, into: gradients.queryKeyValue.rows(from: hidden, count: 2 * hidden), adding: true)
    let result = scratch.input.rows(from: 0, count: block.positionCount)
    matmul(keyValue, queryKeyValue.rows(from: hidden, count: 2 * hidden), into: result)
    scatterAdd(residual, to: block.targetPositions, of: result)
    return result
  }
}

extension LayerNorm {
  /// The normalization with the gain `name.weight` and the bias `name.bias`.
  init(_ name: String, of parameters: Parameters, epsilon: Double) {
    self.init(
      gain: parameters.row("\(name).weight"), bias: parameters.row("\(name).bias"), epsilon: Float(epsilon))
  }
}

extension ActivationFunction {
  init(_ activation: NetworkConfiguration.Activation) {
    switch activation {
    case .gelu: self = .gelu
    case .relu: self = .relu
    case .swish: self = .swish
    case .tanh: self = .tanh
    case .sigmoid: self = .sigmoid
    }
  }
}
