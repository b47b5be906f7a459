import Kernels

/// Multi-head self-attention with residual and norm (post-norm): the first half of a Transformer layer.
///
/// `y = LayerNorm(dropout(attention(x) · Wᵀ + b) + x)`.
///
/// Source: Vaswani et al., *Attention Is All You Need*, 2017, section 3.2; Sun et al., *BERT4Rec*, 2019, section 3.3.
struct SelfAttention {
  let queryKeyValue: Linear  // [3 · hidden, hidden]
  let dense: Linear  // [hidden, hidden]
  let norm: LayerNorm
  /// The number of its layer, from 0.
  let layer: Int
  let headCount: Int
  let headWidth: Int
  /// Whether a place sees only the places up to its own.
  let isCausal: Bool

  init(
    _ shape: SelfAttentionShape, layer: Int, inside module: String, of parameters: Parameters, epsilon: Double
  ) {
    queryKeyValue = Linear(shape.queryKeyValue, inside: module, of: parameters)
    dense = Linear(shape.dense, inside: module, of: parameters)
    norm = LayerNorm(shape.norm, inside: module, of: parameters, epsilon: epsilon)
    self.layer = layer
    headCount = shape.headCount
    headWidth = shape.headWidth
    isCausal = shape.isCausal
  }

  /// Copies of the weights.
  struct Copies {
    let queryKeyValue: LinearCopies
    let dense: LinearCopies

    init(_ shape: SelfAttentionShape, _ precision: TrainingConfiguration.Precision, in arena: Arena) {
      queryKeyValue = LinearCopies(shape.queryKeyValue, precision, in: arena)
      dense = LinearCopies(shape.dense, precision, in: arena)
    }

    func update(from attention: SelfAttention) {
      queryKeyValue.update(from: attention.queryKeyValue)
      dense.update(from: attention.dense)
    }
  }

  private var hidden: Int { dense.weights.rows }

  // MARK: - Forward

  /// - Parameter x: `[positions, hidden]`.
  /// - Parameter memory: Filled with the values that `backward` needs.
  /// - Parameter room: For products in BF16; likewise below.
  /// - Returns: `[outputs, hidden]`, in `memory`.
  func forward(
    _ x: Matrix, _ copies: Copies, block: Block, memory: SelfAttentionMemory, dropout: Dropout, room: PairRoom?
  ) -> Matrix {
    let residual = project(x, copies.queryKeyValue.transposed, block: block, memory: memory, room: room)
    Profile.measure(.attention) { attend(block, memory, dropout, room) }
    let rows = residual.rows
    memory.outputMask.draw(block, memory.outputs, dropout, site: .attentionOutput(layer: layer))
    let normMemory = memory.norm.first(rows)
    let y = memory.output.rows(from: 0, count: rows)
    matmul(
      memory.context.rows(from: 0, count: rows), copies.dense.transposed, into: normMemory.normalized, room: room)
    addBias(
      dense.bias, thenDrop: memory.outputMask, dropout.hidden, thenAdd: residual, thenNormalize: norm, normMemory,
      into: y)
    return y
  }

  /// Computes keys and values of all positions and the queries of the outputs, in `memory`.
  ///
  /// - Parameter weights: Transposed, `[hidden, 3 · hidden]`.
  /// - Returns: The input at the outputs: `[outputs, hidden]`.
  private func project(
    _ x: Matrix, _ weights: RightOperand, block: Block, memory: SelfAttentionMemory, room: PairRoom?
  ) -> Matrix {
    let projections = memory.queryKeyValue.rows(from: 0, count: block.positionCount)
    guard memory.outputs == .atTargets else {
      matmul(x, weights, into: projections, room: room)
      addBias(queryKeyValue.bias, to: projections)
      return x
    }
    let own = memory.input.rows(from: 0, count: block.targetCount)
    gather(block.targetPositions, of: x, into: own)
    let query = memory.query.rows(from: 0, count: block.targetCount)
    matmul(own, weights.columns(from: 0, count: hidden), into: query, room: room)
    addBias(queryKeyValue.bias.slice(at: 0, count: hidden), to: query)
    let keyValue = projections.columns(from: hidden, count: 2 * hidden)
    matmul(x, weights.columns(from: hidden, count: 2 * hidden), into: keyValue, room: room)
    addBias(queryKeyValue.bias.slice(at: hidden, count: 2 * hidden), to: keyValue)
    return own
  }

  /// Attention of every sequence and head, into `memory.context`.
  private func attend(_ block: Block, _ memory: SelfAttentionMemory, _ dropout: Dropout, _ room: PairRoom?) {
    for sequence in block.sequences where sequence.rows(memory.outputs).count > 0 {
      let queries = sequence.rows(memory.outputs)
      memory.probabilityMask.reshape(columns: sequence.positions.count)
      if dropout.attention.isActive {
        memory.probabilityMask.draw(
          rows: headCount * queries.count, from: 0, rate: dropout.attention, dropout.philox, sample: sequence.key,
          site: Dropout.Site.attention(layer: layer).number, epoch: dropout.epoch)
      }
      let scratch = memory.scratch(sequence)
      let places = queryPlaces(of: sequence, memory.outputs, in: block)
      for head in 0..<headCount {
        let context = memory.context.rows(from: queries.lowerBound, count: queries.count)
        self.head(head, of: sequence, places, memory).forward(
          memory.probabilityMask, firstRow: head * queries.count, dropout.attention, scratch: scratch,
          transposed: memory.transposed(sequence), into: context.columns(from: head * headWidth, count: headWidth),
          room: room)
      }
    }
  }

  /// The places of a sequence's queries if they limit what the queries see, otherwise `nil`.
  private func queryPlaces(of sequence: Block.Sequence, _ outputs: Block.Outputs, in block: Block) -> [Int32]? {
    guard isCausal else { return nil }
    return Array(
      outputs == .everywhere ? block.places[sequence.positions] : block.targetPlaces[sequence.targets])
  }

  /// Views of one head's query, key, value and probabilities within one sequence.
  private func head(
    _ head: Int, of sequence: Block.Sequence, _ places: [Int32]?, _ memory: SelfAttentionMemory
  ) -> AttentionHead {
    let queries = sequence.rows(memory.outputs)
    let ownKeys = memory.queryKeyValue.rows(from: sequence.positions.lowerBound, count: sequence.positions.count)
    let source = memory.outputs == .atTargets ? memory.query : memory.queryKeyValue
    return AttentionHead(
      query: source.rows(from: queries.lowerBound, count: queries.count)
        .columns(from: head * headWidth, count: headWidth),
      key: ownKeys.columns(from: hidden + head * headWidth, count: headWidth),
      value: ownKeys.columns(from: 2 * hidden + head * headWidth, count: headWidth),
      scale: 1 / Float(headWidth).squareRoot(), probabilities: memory.probabilities(sequence, head: head),
      places: places)
  }

  // MARK: - Backward

  /// The gradient of the input; the gradients of the parameters are accumulated.
  ///
  /// - Parameter gradient: `[outputs, hidden]`: the gradient of the output, overwritten.
  /// - Parameter x: The input as given to `forward`.
  /// - Returns: `[positions, hidden]`.
  func backward(
    _ gradient: Matrix, addingTo gradients: SelfAttention, _ copies: Copies, x: Matrix, block: Block,
    memory: SelfAttentionMemory, scratch: BackwardScratch, dropout: Dropout, room: PairRoom?
  ) -> Matrix {
    let rows = gradient.rows
    let dropped = scratch.dropped.rows(from: 0, count: rows)
    normalizeBackward(
      norm, memory.norm.first(rows), gradient: gradient, addingGainTo: gradients.norm.gain,
      biasTo: gradients.norm.bias)
    dropBackward(gradient, memory.outputMask, dropout.hidden, into: dropped, addingBiasTo: gradients.dense.bias)
    let context = memory.context.rows(from: 0, count: rows)
    matmul(dropped, .transposed, context, into: gradients.dense.weights, adding: true, room: room)
    let contextGradient = scratch.context.rows(from: 0, count: rows)
    matmul(dropped, copies.dense.weights(of: dense), into: contextGradient, room: room)
    Profile.measure(.attention) {
      backwardAttention(contextGradient, block: block, memory: memory, scratch: scratch, dropout: dropout, room: room)
    }
    return backwardProjections(
      gradient, addingTo: gradients, copies.queryKeyValue.weights(of: queryKeyValue), x: x, block: block,
      memory: memory, scratch: scratch, room: room)
  }

  /// Computes the gradients of query, key and value from that of the context, in `scratch`.
  private func backwardAttention(
    _ contextGradient: Matrix, block: Block, memory: SelfAttentionMemory, scratch: BackwardScratch,
    dropout: Dropout, room: PairRoom?
  ) {
    for sequence in block.sequences {
      let queries = sequence.rows(memory.outputs)
      let own = scratch.queryKeyValue.rows(from: sequence.positions.lowerBound, count: sequence.positions.count)
      let querySource = memory.outputs == .atTargets ? scratch.query : scratch.queryKeyValue
      let ownQueries = querySource.rows(from: queries.lowerBound, count: queries.count)
      let places = queryPlaces(of: sequence, memory.outputs, in: block)
      for head in 0..<headCount {
        let column = head * headWidth
        self.head(head, of: sequence, places, memory).backward(
          contextGradient: contextGradient.rows(from: queries.lowerBound, count: queries.count)
            .columns(from: column, count: headWidth),
          dropout.attention, scratch: memory.scratch(sequence), transposed: memory.transposed(sequence),
          queryGradient: ownQueries.columns(from: column, count: headWidth),
          keyGradient: own.columns(from: hidden + column, count: headWidth),
          valueGradient: own.columns(from: 2 * hidden + column, count: headWidth), room: room)
      }
    }
  }

  /// Computes the gradient of the input, including the residual's, from those of query, key and value.
  private func backwardProjections(
    _ residual: Matrix, addingTo gradients: SelfAttention, _ weights: RightOperand, x: Matrix, block: Block,
    memory: SelfAttentionMemory, scratch: BackwardScratch, room: PairRoom?
  ) -> Matrix {
    let (weightGradients, biasGradients) = (gradients.queryKeyValue.weights, gradients.queryKeyValue.bias)
    let projections = scratch.queryKeyValue.rows(from: 0, count: block.positionCount)
    guard memory.outputs == .atTargets else {
      addColumnSums(of: projections, to: biasGradients)
      matmul(projections, .transposed, x, into: weightGradients, adding: true, room: room)
      matmul(projections, weights, into: residual, adding: true, room: room)
      return residual
    }
    let query = scratch.query.rows(from: 0, count: residual.rows)
    let keyValue = projections.columns(from: hidden, count: 2 * hidden)
    addColumnSums(of: query, to: biasGradients.slice(at: 0, count: hidden))
    addColumnSums(of: keyValue, to: biasGradients.slice(at: hidden, count: 2 * hidden))
    let own = memory.input.rows(from: 0, count: residual.rows)
    matmul(query, .transposed, own, into: weightGradients.rows(from: 0, count: hidden), adding: true, room: room)
    matmul(query, weights.rows(from: 0, count: hidden), into: residual, adding: true, room: room)
    matmul(
      keyValue, .transposed, x, into: weightGradients.rows(from: hidden, count: 2 * hidden), adding: true, room: room)
    let result = scratch.input.rows(from: 0, count: block.positionCount)
    matmul(keyValue, weights.rows(from: hidden, count: 2 * hidden), into: result, room: room)
    scatterAdd(residual, to: block.targetPositions, of: result)
    return result
  }
}
