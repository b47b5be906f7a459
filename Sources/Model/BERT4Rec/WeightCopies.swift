import Kernels

/// Copies of BERT4Rec's weights for matrix products, made once per step.
///
/// A matrix product reads its right operand along rows: the forward pass `x · Wᵀ` needs W transposed, the backward pass W itself.
/// Transposing once per step costs less than one block. Training in BF16 has pairs of both, too.
final class WeightCopies {
  let layers: [TransformerLayer.Copies]
  let head: LinearCopies
  let items: RightOperand?  // [hidden, classes], if the head processes all items at once
  /// Pairs of `[classes, hidden]`, likewise, for the backward pass in BF16.
  let itemPairs: Matrix?
  private let arena: Arena

  init(_ shape: BERT4RecShape, in arena: Arena = Arena()) {
    let (hidden, itemCount) = (shape.hidden, shape.itemCount)
    let takesAllItems = itemCount <= ItemHead.mostItemsAtOnce
    let isPaired = takesAllItems && shape.precision == .bfloat16
    self.arena = arena
    layers = (0..<shape.layerCount).map { _ in TransformerLayer.Copies(shape.layer, shape.precision, in: arena) }
    head = LinearCopies(shape.head.dense, shape.precision, in: arena)
    items =
      takesAllItems
      ? RightOperand(arena.spacedMatrix(hidden, itemCount), pairs: isPaired ? arena.pairs(hidden, itemCount) : nil)
      : nil
    itemPairs = isPaired ? arena.pairs(itemCount, hidden) : nil
  }

  /// The number of floats that the copies take.
  static func floatCount(_ shape: BERT4RecShape) -> Int { Arena.count { _ = WeightCopies(shape, in: $0) } }

  /// The number of floats.
  var floatCount: Int { arena.floatCount }

  /// Copies the weights again.
  func update(from views: BERT4RecViews) {
    for (copies, layer) in zip(layers, views.layers) { copies.update(from: layer) }
    head.update(from: views.head.dense)
    guard let items else { return }
    let weights = views.embedding.items.rows(from: 0, count: items.matrix.columns)
    transpose(weights, into: items.matrix)
    items.updatePairs()
    RightOperand(weights, pairs: itemPairs).updatePairs()
  }
}
