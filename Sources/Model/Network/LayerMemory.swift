/// The values that one layer keeps from the forward pass for the backward pass, sized for the largest block.
struct LayerMemory {
  let attention: SelfAttentionMemory
  let feedForward: FeedForwardMemory

  init(_ shape: LayerShape, _ size: BlockSize, _ outputs: Block.Outputs, in arena: Arena) {
    attention = SelfAttentionMemory(shape.attention, size, outputs, in: arena)
    feedForward = FeedForwardMemory(shape.feedForward, size, outputs, in: arena)
  }
}
