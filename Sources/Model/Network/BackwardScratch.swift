import Kernels

/// Gradients of activations, shared by all layers, sized for the largest block.
final class BackwardScratch {
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
  let arena = Arena()

  init(_ network: NetworkConfiguration, _ size: BlockSize) {
    let (hidden, rows) = (network.hiddenSize, max(size.positions, size.targets))
    stream = arena.matrix(rows, hidden)
    dropped = arena.matrix(rows, hidden)
    context = arena.matrix(rows, hidden)
    inner = arena.matrix(rows, network.innerSize)
    query = arena.matrix(rows, hidden)
    queryKeyValue = arena.matrix(rows, 3 * hidden)
    input = arena.matrix(rows, hidden)
  }
}
