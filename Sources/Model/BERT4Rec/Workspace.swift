import Kernels

/// The owner of the memory behind a workspace's views.
final class Arena {
  private var buffers: [FloatBuffer] = []

  /// The number of floats in all buffers.
  var floatCount: Int { buffers.reduce(0) { $0 + $1.count } }

  func buffer(_ count: Int) -> FloatBuffer {
    let buffer = FloatBuffer(count: count)
    buffers.append(buffer)
    return buffer
  }

  func matrix(_ rows: Int, _ columns: Int) -> Matrix {
    buffer(rows * columns).matrix(rows: rows, columns: columns)
  }

  /// A matrix for the right operand of products. Its rows start at cache lines, but are never a multiple of 1 KiB apart.
  ///
  /// Such rows would share a few sets of the first-level cache and evict each other.
  func spacedMatrix(_ rows: Int, _ columns: Int) -> Matrix {
    matrix(rows, Self.spacing(columns)).columns(from: 0, count: columns)
  }

  /// The number of floats from one row of a `spacedMatrix` to the next.
  static func spacing(_ columns: Int) -> Int {
    let room = roundedToLanes(columns)
    return room % 256 == 0 ? room + 16 : room
  }

  func norm(_ rows: Int, _ width: Int) -> LayerNormMemory {
    LayerNormMemory(normalized: matrix(rows, width), inverseDeviation: matrix(1, rows)[0])
  }
}

/// The values that one layer keeps from the forward pass for the backward pass, sized for the largest block.
final class LayerMemory {
  /// The last layer computes its queries, and everything after them, at the targets only.
  let isLast: Bool
  /// `[targets, hidden]`: the input at the targets; used by the last layer.
  let input: Matrix
  /// `[targets, hidden]`: used by the last layer.
  let query: Matrix
  /// `[positions, 3 · hidden]`; the last layer does not use the third for the query.
  let queryKeyValue: Matrix
  /// `[queries, hidden]`
  let context: Matrix
  let attentionNorm: LayerNormMemory
  /// `[queries, hidden]`: the output of the attention sublayer.
  let attended: Matrix
  /// `[queries, inner]`: the activation's derivative.
  let slope: Matrix
  /// `[queries, inner]`
  let activated: Matrix
  let feedForwardNorm: LayerNormMemory
  /// `[queries, hidden]`
  let output: Matrix
  var attentionMask: DropoutMask
  var attentionOutputMask: DropoutMask
  var feedForwardMask: DropoutMask
  private let allProbabilities: FloatBuffer
  private let attentionScratch: FloatBuffer
  private let turnedScratch: FloatBuffer
  private let longest: Int
  let arena = Arena()

  init(_ network: NetworkConfiguration, _ size: BlockSize, isLast: Bool) {
    let (hidden, inner) = (network.hiddenSize, network.innerSize)
    let rows = isLast ? size.targets : size.positions
    self.isLast = isLast
    input = arena.matrix(isLast ? rows : 0, hidden)
    query = arena.matrix(isLast ? rows : 0, hidden)
    queryKeyValue = arena.matrix(size.positions, 3 * hidden)
    context = arena.matrix(rows, hidden)
    attentionNorm = arena.norm(rows, hidden)
    attended = arena.matrix(rows, hidden)
    slope = arena.matrix(rows, inner)
    activated = arena.matrix(rows, inner)
    feedForwardNorm = arena.norm(rows, hidden)
    output = arena.matrix(rows, hidden)
    longest = size.longest
    let keys = roundedToLanes(longest)
    let queriesPerSequence = min(rows, longest)
    attentionMask = DropoutMask(rows: network.headCount * queriesPerSequence, columns: keys)
    attentionOutputMask = DropoutMask(rows: rows, columns: hidden)
    feedForwardMask = DropoutMask(rows: rows, columns: hidden)
    allProbabilities = arena.buffer(rows * network.headCount * keys)
    attentionScratch = arena.buffer(queriesPerSequence * keys)
    turnedScratch = arena.buffer(hidden / network.headCount * keys)
  }

  /// The rows that belong to a sequence, once its queries have been computed.
  func queries(_ sequence: Block.Sequence) -> Range<Int> { isLast ? sequence.targets : sequence.positions }

  /// `[queries, keys rounded up to 16]` of one head.
  func probabilities(_ sequence: Block.Sequence, head: Int, headCount: Int) -> Matrix {
    let (queries, columns) = (queries(sequence), roundedToLanes(sequence.positions.count))
    let start = queries.lowerBound * headCount * roundedToLanes(longest) + head * queries.count * columns
    return allProbabilities.matrix(at: start, rows: queries.count, columns: columns)
  }

  /// `[queries, keys rounded up to 16]`, for one head at a time.
  func scratch(queries: Int, keys: Int) -> Matrix {
    attentionScratch.matrix(rows: queries, columns: roundedToLanes(keys))
  }

  /// `[width, keys rounded up to 16]`, for one head at a time.
  func turned(keys: Int, width: Int) -> Matrix { turnedScratch.matrix(rows: width, columns: roundedToLanes(keys)) }

  /// Draws the dropout bits of both sublayers, sequence by sequence.
  func drawMasks(_ block: Block, _ dropout: Dropout, layer: Int) {
    guard dropout.hidden.isActive else { return }
    for sequence in block.sequences {
      let rows = queries(sequence)
      attentionOutputMask.draw(
        rows: rows.count, from: rows.lowerBound, rate: dropout.hidden, dropout.philox, sample: sequence.key,
        site: Dropout.Site.attentionOutput(layer: layer).number, epoch: dropout.epoch)
      feedForwardMask.draw(
        rows: rows.count, from: rows.lowerBound, rate: dropout.hidden, dropout.philox, sample: sequence.key,
        site: Dropout.Site.feedForward(layer: layer).number, epoch: dropout.epoch)
    }
  }
}

/// The values that the embedding and the head keep from the forward pass, sized for the largest block.
final class EndsMemory {
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
