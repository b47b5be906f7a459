import Kernels

/// A transposed copy of a network's weights, `[in, out]`, for the forward pass.
///
/// A matrix product reads its right operand along rows: the forward pass `x · Wᵀ` needs W transposed, the backward pass W itself.
/// Transposing once per step costs less than one block.
final class TransposedWeights {
  /// One layer's weights, transposed.
  struct Layer {
    let queryKeyValue: Matrix  // [hidden, 3 · hidden]
    let dense: Matrix  // [hidden, hidden]
    let inner: Matrix  // [hidden, inner]
    let outer: Matrix  // [inner, hidden]
  }

  let layers: [Layer]
  let head: Matrix  // [hidden, hidden]
  let items: Matrix?  // [hidden, classes], if the head processes all items at once
  let arena = Arena()

  init(_ network: NetworkConfiguration, itemCount: Int) {
    let (hidden, inner, arena) = (network.hiddenSize, network.innerSize, arena)
    layers = (0..<network.layerCount).map { _ in
      Layer(
        queryKeyValue: arena.matrix(hidden, 3 * hidden), dense: arena.matrix(hidden, hidden),
        inner: arena.matrix(hidden, inner), outer: arena.matrix(inner, hidden))
    }
    head = arena.matrix(hidden, hidden)
    items = itemCount <= ItemHead.mostItemsAtOnce ? arena.spacedMatrix(hidden, itemCount) : nil
  }

  /// Transposes the weights again.
  func update(from views: NetworkViews) {
    for (transposed, layer) in zip(layers, views.layers) {
      transpose(layer.queryKeyValue, into: transposed.queryKeyValue)
      transpose(layer.dense, into: transposed.dense)
      transpose(layer.inner, into: transposed.inner)
      transpose(layer.outer, into: transposed.outer)
    }
    transpose(views.head, into: head)
    if let items { transpose(views.items.rows(from: 0, count: items.columns), into: items) }
  }
}
