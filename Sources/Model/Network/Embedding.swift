import Kernels

/// The first step of a network: `x = dropout(LayerNorm(E[items] + P[places]))`.
///
/// Source: Sun et al., *BERT4Rec*, 2019, section 3.5.
struct Embedding {
  let items: Matrix  // [classes + mask, hidden]
  let positions: Matrix  // [longest, hidden]
  let norm: LayerNorm

  init(_ shape: EmbeddingShape, of parameters: Parameters, epsilon: Double) {
    items = parameters.matrix(shape.items)
    positions = parameters.matrix(shape.positions)
    norm = LayerNorm(shape.norm, of: parameters, epsilon: epsilon)
  }

  /// - Parameter memory: Filled with the values that `backward` needs.
  /// - Returns: `[positions, hidden]`, in `memory`.
  func forward(_ block: Block, memory: EmbeddingMemory, dropout: Dropout) -> Matrix {
    let normMemory = memory.norm.first(block.positionCount)
    let x = memory.output.rows(from: 0, count: block.positionCount)
    embed(block.items, in: items, positions: block.places, in: positions, into: normMemory.normalized)
    memory.mask.draw(block, .everywhere, dropout, site: .embedding)
    normalize(norm, normMemory, thenDrop: memory.mask, dropout.hidden, into: x)
    return x
  }

  /// Accumulates the gradients of the parameters.
  ///
  /// - Parameter gradient: `[positions, hidden]`: the gradient of the output, overwritten.
  func backward(
    _ gradient: Matrix, addingTo gradients: Embedding, block: Block, memory: EmbeddingMemory, dropout: Dropout
  ) {
    dropBackward(gradient, memory.mask, dropout.hidden, into: gradient, addingBiasTo: nil)
    normalizeBackward(
      norm, memory.norm.first(block.positionCount), gradient: gradient, addingGainTo: gradients.norm.gain,
      biasTo: gradients.norm.bias)
    embedBackward(
      gradient, items: block.items, to: gradients.items, positions: block.places, to: gradients.positions)
  }
}
