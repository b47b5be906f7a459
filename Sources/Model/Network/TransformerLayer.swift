import Kernels

/// One Transformer layer: multi-head self-attention and a feed-forward network.
///
/// Source: Vaswani et al., *Attention Is All You Need*, 2017, section 3; Sun et al., *BERT4Rec*, 2019, section 3.3.
struct TransformerLayer {
  let attention: SelfAttention
  let feedForward: FeedForward

  /// - Parameter number: Counted from 0.
  init(_ shape: LayerShape, _ number: Int, of parameters: Parameters, _ network: NetworkConfiguration) {
    let module = LayerShape.module(number)
    attention = SelfAttention(
      shape.attention, layer: number, inside: module, of: parameters, epsilon: network.layerNormEpsilon)
    feedForward = FeedForward(shape.feedForward, layer: number, inside: module, of: parameters, network)
  }

  /// The weights, transposed.
  struct Transposed {
    let attention: SelfAttention.Transposed
    let feedForward: FeedForward.Transposed

    init(_ shape: LayerShape, in arena: Arena) {
      attention = SelfAttention.Transposed(shape.attention, in: arena)
      feedForward = FeedForward.Transposed(shape.feedForward, in: arena)
    }

    func update(from layer: TransformerLayer) {
      attention.update(from: layer.attention)
      feedForward.update(from: layer.feedForward)
    }
  }

  /// The layer's output at every position, or at the targets only, as its memory says.
  ///
  /// - Parameter x: `[positions, hidden]`.
  /// - Parameter memory: Filled with the values that `backward` needs.
  /// - Returns: `[outputs, hidden]`, in `memory`.
  func forward(
    _ x: Matrix, transposed: Transposed, block: Block, memory: LayerMemory, dropout: Dropout
  ) -> Matrix {
    let y = attention.forward(
      x, transposed: transposed.attention, block: block, memory: memory.attention, dropout: dropout)
    return feedForward.forward(
      y, transposed: transposed.feedForward, block: block, memory: memory.feedForward, dropout: dropout)
  }

  /// The gradient of the input; the gradients of the parameters are accumulated.
  ///
  /// - Parameter gradient: `[outputs, hidden]`: the gradient of the output, overwritten.
  /// - Parameter x: The input as given to `forward`.
  /// - Returns: `[positions, hidden]`.
  func backward(
    _ gradient: Matrix, addingTo gradients: TransformerLayer, x: Matrix, block: Block, memory: LayerMemory,
    scratch: BackwardScratch, dropout: Dropout
  ) -> Matrix {
    let y = memory.attention.output.rows(from: 0, count: gradient.rows)
    feedForward.backward(
      gradient, addingTo: gradients.feedForward, y: y, memory: memory.feedForward, scratch: scratch, dropout: dropout)
    return attention.backward(
      gradient, addingTo: gradients.attention, x: x, block: block, memory: memory.attention, scratch: scratch,
      dropout: dropout)
  }
}
