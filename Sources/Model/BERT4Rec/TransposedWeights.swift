import Kernels

/// A transposed copy of BERT4Rec's weights, `[in, out]`, for the forward pass.
///
/// A matrix product reads its right operand along rows: the forward pass `x · Wᵀ` needs W transposed, the backward pass W itself.
/// Transposing once per step costs less than one block.
final class TransposedWeights {
  let layers: [TransformerLayer.Transposed]
  let head: Matrix  // [hidden, hidden]
  let items: Matrix?  // [hidden, classes], if the head processes all items at once
  private let arena: Arena

  init(_ shape: BERT4RecShape, in arena: Arena = Arena()) {
    self.arena = arena
    layers = (0..<shape.layerCount).map { _ in TransformerLayer.Transposed(shape.layer, in: arena) }
    head = arena.transposed(shape.head.dense)
    items = shape.itemCount <= ItemHead.mostItemsAtOnce ? arena.spacedMatrix(shape.hidden, shape.itemCount) : nil
  }

  /// The number of floats that the copy takes.
  static func floatCount(_ shape: BERT4RecShape) -> Int { Arena.count { _ = TransposedWeights(shape, in: $0) } }

  /// The number of floats.
  var floatCount: Int { arena.floatCount }

  /// Transposes the weights again.
  func update(from views: BERT4RecViews) {
    for (transposed, layer) in zip(layers, views.layers) { transposed.update(from: layer) }
    transpose(views.head.dense.weights, into: head)
    if let items { transpose(views.embedding.items.rows(from: 0, count: items.columns), into: items) }
  }
}
