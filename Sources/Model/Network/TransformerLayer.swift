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

  /// Copies of the weights.
  struct Copies {
    let attention: SelfAttention.Copies
    let feedForward: FeedForward.Copies

    init(_ shape: LayerShape, _ precision: TrainingConfiguration.Precision, in arena: Arena) {
      attention = SelfAttention.Copies(shape.attention, precision, in: arena)
      feedForward = FeedForward.Copies(shape.feedForward, precision, in: arena)
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
  /// - Parameter room: For products in BF16; likewise below.
  /// - Returns: `[outputs, hidden]`, in `memory`.
  func forward(
    _ x: Matrix, _ copies: Copies, block: Block, memory: LayerMemory, dropout: Dropout, room: PairRoom?
  ) -> Matrix {
    let y = attention.forward(
      x, copies.attention, block: block, memory: memory.attention, dropout: dropout, room: room)
    return feedForward.forward(
      y, copies.feedForward, block: block, memory: memory.feedForward, dropout: dropout, room: room)
  }

  /// The gradient of the input; the gradients of the parameters are accumulated.
  ///
  /// - Parameter gradient: `[outputs, hidden]`: the gradient of the output, overwritten.
  /// - Parameter x: The input as given to `forward`.
  /// - Returns: `[positions, hidden]`.
  func backward(
    _ gradient: Matrix, addingTo gradients: TransformerLayer, _ copies: Copies, x: Matrix, block: Block,
    memory: LayerMemory, scratch: BackwardScratch, dropout: Dropout, room: PairRoom?
  ) -> Matrix {
    let y = memory.attention.output.rows(from: 0, count: gradient.rows)
    feedForward.backward(
      gradient, addingTo: gradients.feedForward, copies.feedForward, y: y, memory: memory.feedForward,
      scratch: scratch, dropout: dropout, room: room)
    return attention.backward(
      gradient, addingTo: gradients.attention, copies.attention, x: x, block: block, memory: memory.attention,
      scratch: scratch, dropout: dropout, room: room)
  }
}
