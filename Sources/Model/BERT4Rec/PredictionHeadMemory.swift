import Kernels

/// The values that the head keeps from the forward pass for the backward pass, sized for the largest block.
struct PredictionHeadMemory {
  /// `[targets, hidden]`: the activation's derivative.
  let slope: Matrix
  let norm: LayerNormMemory
  /// `[targets, hidden]`
  let output: Matrix
  /// The mask of a step without dropout.
  let noMask = DropoutMask(rows: 0, columns: 0)

  init(_ shape: PredictionHeadShape, _ size: BlockSize, in arena: Arena) {
    slope = arena.matrix(size.targets, shape.dense.output)
    norm = arena.norm(size.targets, shape.norm.width)
    output = arena.matrix(size.targets, shape.norm.width)
  }
}
