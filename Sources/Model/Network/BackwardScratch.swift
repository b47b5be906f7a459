import Kernels

/// Gradients of activations, shared by all layers, sized for the largest block.
struct BackwardScratch {
  /// `[positions, hidden]`: the gradient that is propagated back through the layers.
  let stream: Matrix
  /// `[positions, hidden]`
  let dropped: Matrix
  /// `[positions, hidden]`
  let context: Matrix
  /// `[positions, inner]`
  let inner: Matrix
  /// `[targets, hidden]`
  let query: Matrix
  /// `[positions, 3 · hidden]`
  let queryKeyValue: Matrix
  /// `[positions, hidden]`
  let input: Matrix

  init(_ layer: LayerShape, _ size: BlockSize, in arena: Arena) {
    let (hidden, rows) = (layer.attention.hidden, max(size.positions, size.targets))
    stream = arena.matrix(rows, hidden)
    dropped = arena.matrix(rows, hidden)
    context = arena.matrix(rows, hidden)
    inner = arena.matrix(rows, layer.feedForward.inner.output)
    query = arena.matrix(rows, hidden)
    queryKeyValue = arena.matrix(rows, layer.attention.queryKeyValue.output)
    input = arena.matrix(rows, hidden)
  }
}
