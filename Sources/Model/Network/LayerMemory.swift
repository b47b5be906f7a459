import Kernels

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
  private let transposedScratch: FloatBuffer
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
    transposedScratch = arena.buffer(hidden / network.headCount * keys)
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
  func transposed(keys: Int, width: Int) -> Matrix {
    transposedScratch.matrix(rows: width, columns: roundedToLanes(keys))
  }

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
