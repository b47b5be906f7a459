import Kernels

/// The values that the embedding keeps from the forward pass for the backward pass, sized for the largest block.
final class EmbeddingMemory {
  let norm: LayerNormMemory
  var mask: DropoutMask
  /// `[positions, hidden]`
  let output: Matrix

  init(_ shape: EmbeddingShape, _ size: BlockSize, in arena: Arena) {
    let hidden = shape.norm.width
    norm = arena.norm(size.positions, hidden)
    mask = arena.mask(size.positions, hidden)
    output = arena.matrix(size.positions, hidden)
  }
}
