import Kernels

/// The memory of BERT4Rec's two passes over a block; every thread of a trial has its own.
final class Workspace {
  let embedding: EmbeddingMemory
  let layers: [LayerMemory]
  let head: PredictionHeadMemory
  let scratch: BackwardScratch
  let itemHead: ItemHead
  /// For products in BF16; `nil` if training has none.
  let pairRoom: PairRoom?
  private let arena: Arena

  init(_ shape: BERT4RecShape, in arena: Arena = Arena()) {
    let size = shape.blockSize
    self.arena = arena
    embedding = EmbeddingMemory(shape.embedding, size, in: arena)
    layers = (0..<shape.layerCount).map { LayerMemory(shape.layer, size, shape.outputs(ofLayer: $0), in: arena) }
    head = PredictionHeadMemory(shape.head, size, in: arena)
    scratch = BackwardScratch(shape.layer, size, in: arena)
    itemHead = ItemHead(classes: shape.itemCount, hiddenSize: shape.hidden, in: arena)
    pairRoom = shape.precision == .bfloat16 ? PairRoom(shape, in: arena) : nil
  }

  /// The number of floats that a workspace takes.
  static func floatCount(_ shape: BERT4RecShape) -> Int { Arena.count { _ = Workspace(shape, in: $0) } }

  /// The number of floats.
  var floatCount: Int { arena.floatCount }
}

extension PairRoom {
  /// Room for any product of training.
  fileprivate init(_ shape: BERT4RecShape, in arena: Arena) {
    let (hidden, longest) = (shape.hidden, shape.blockSize.longest)
    let rows = max(shape.blockSize.positions, shape.blockSize.targets)
    let tile = ItemHead.tile(classes: shape.itemCount)
    let widest = max(shape.layer.attention.queryKeyValue.output, shape.layer.feedForward.inner.output)
    // Activations; a head's queries and keys; weights whose own pairs do not fit; logits, and a tile of the items.
    var operands = [(rows, widest), (longest, longest), (hidden, longest), (2 * hidden, hidden), tile]
    if tile.items < shape.itemCount { operands += [(hidden, tile.items), (tile.items, hidden)] }
    let count = operands.map { PairRoom.count(rows: $0.0, columns: $0.1) }.max() ?? 0
    self.init(left: arena.row(count), right: arena.row(count))
  }
}
