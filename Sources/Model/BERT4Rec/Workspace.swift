/// The memory of BERT4Rec's two passes over a block; every thread of a trial has its own.
final class Workspace {
  let embedding: EmbeddingMemory
  let layers: [LayerMemory]
  let head: PredictionHeadMemory
  let scratch: BackwardScratch
  let itemHead: ItemHead
  private let arena: Arena

  init(_ shape: BERT4RecShape, in arena: Arena = Arena()) {
    let size = shape.blockSize
    self.arena = arena
    embedding = EmbeddingMemory(shape.embedding, size, in: arena)
    layers = (0..<shape.layerCount).map { LayerMemory(shape.layer, size, shape.outputs(ofLayer: $0), in: arena) }
    head = PredictionHeadMemory(shape.head, size, in: arena)
    scratch = BackwardScratch(shape.layer, size, in: arena)
    itemHead = ItemHead(classes: shape.itemCount, hiddenSize: shape.hidden, in: arena)
  }

  /// The number of floats that a workspace takes.
  static func floatCount(_ shape: BERT4RecShape) -> Int { Arena.count { _ = Workspace(shape, in: $0) } }

  /// The number of floats.
  var floatCount: Int { arena.floatCount }
}
