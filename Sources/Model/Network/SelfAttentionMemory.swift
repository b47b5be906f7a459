import Kernels

/// The values that a layer's attention keeps from the forward pass for the backward pass, sized for the largest block.
final class SelfAttentionMemory {
  let outputs: Block.Outputs
  /// `[targets, hidden]`: the input at the targets; used for outputs at the targets only.
  let input: Matrix
  /// `[targets, hidden]`: used for outputs at the targets only.
  let query: Matrix
  /// `[positions, 3 · hidden]`; the third for the query is not used for outputs at the targets only.
  let queryKeyValue: Matrix
  /// `[outputs, hidden]`
  let context: Matrix
  let norm: LayerNormMemory
  /// `[outputs, hidden]`
  let output: Matrix
  var probabilityMask: DropoutMask
  var outputMask: DropoutMask
  private let allProbabilities: FloatBuffer
  private let scratchBuffer: FloatBuffer
  private let transposedBuffer: FloatBuffer
  private let shape: SelfAttentionShape
  /// The room for the keys of a sequence.
  private let mostKeys: Int

  init(_ shape: SelfAttentionShape, _ size: BlockSize, _ outputs: Block.Outputs, in arena: Arena) {
    let (hidden, rows) = (shape.hidden, size.count(outputs))
    self.shape = shape
    self.outputs = outputs
    let ownRows = outputs == .atTargets ? rows : 0
    input = arena.matrix(ownRows, hidden)
    query = arena.matrix(ownRows, hidden)
    queryKeyValue = arena.matrix(size.positions, shape.queryKeyValue.output)
    context = arena.matrix(rows, hidden)
    norm = arena.norm(rows, hidden)
    output = arena.matrix(rows, hidden)
    mostKeys = roundedToLanes(size.longest)
    let mostQueries = min(rows, size.longest)
    probabilityMask = arena.mask(shape.headCount * mostQueries, mostKeys)
    outputMask = arena.mask(rows, hidden)
    allProbabilities = arena.buffer(rows * shape.headCount * mostKeys)
    scratchBuffer = arena.buffer(mostQueries * mostKeys)
    transposedBuffer = arena.buffer(shape.headWidth * mostKeys)
  }

  /// `[queries, keys rounded up to 16]` of one head.
  func probabilities(_ sequence: Block.Sequence, head: Int) -> Matrix {
    let (queries, columns) = (sequence.rows(outputs), roundedToLanes(sequence.positions.count))
    let start = queries.lowerBound * shape.headCount * mostKeys + head * queries.count * columns
    return allProbabilities.matrix(at: start, rows: queries.count, columns: columns)
  }

  /// `[queries, keys rounded up to 16]`, for one head at a time.
  func scratch(_ sequence: Block.Sequence) -> Matrix {
    scratchBuffer.matrix(rows: sequence.rows(outputs).count, columns: roundedToLanes(sequence.positions.count))
  }

  /// `[head's width, keys rounded up to 16]`, for one head at a time.
  func transposed(_ sequence: Block.Sequence) -> Matrix {
    transposedBuffer.matrix(rows: shape.headWidth, columns: roundedToLanes(sequence.positions.count))
  }
}
