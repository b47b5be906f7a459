import Kernels

/// The values that a layer's feed-forward network keeps from the forward pass for the backward pass, sized for the largest block.
final class FeedForwardMemory {
  let outputs: Block.Outputs
  /// `[outputs, inner]`: the activation's derivative.
  let slope: Matrix
  /// `[outputs, inner]`
  let activated: Matrix
  let norm: LayerNormMemory
  /// `[outputs, hidden]`
  let output: Matrix
  var outputMask: DropoutMask

  init(_ shape: FeedForwardShape, _ size: BlockSize, _ outputs: Block.Outputs, in arena: Arena) {
    let (rows, hidden) = (size.count(outputs), shape.outer.output)
    self.outputs = outputs
    slope = arena.matrix(rows, shape.inner.output)
    activated = arena.matrix(rows, shape.inner.output)
    norm = arena.norm(rows, hidden)
    output = arena.matrix(rows, hidden)
    outputMask = arena.mask(rows, hidden)
  }
}
