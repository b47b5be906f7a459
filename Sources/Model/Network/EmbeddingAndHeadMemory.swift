import Kernels

/// The values that the embedding and the head keep from the forward pass, sized for the largest block.
final class EmbeddingAndHeadMemory {
  let embeddingNorm: LayerNormMemory
  var embeddingMask: DropoutMask
  /// `[positions, hidden]`
  let embedded: Matrix
  /// `[targets, hidden]`: the head's activation's derivative.
  let slope: Matrix
  let headNorm: LayerNormMemory
  /// `[targets, hidden]`
  let head: Matrix
  let arena = Arena()

  init(_ network: NetworkConfiguration, _ size: BlockSize) {
    let hidden = network.hiddenSize
    embeddingNorm = arena.norm(size.positions, hidden)
    embeddingMask = DropoutMask(rows: size.positions, columns: hidden)
    embedded = arena.matrix(size.positions, hidden)
    slope = arena.matrix(size.targets, hidden)
    headNorm = arena.norm(size.targets, hidden)
    head = arena.matrix(size.targets, hidden)
  }
}
