import Glibc
import Kernels
import Testing

@Suite struct AttentionTests {
  static let shapes = [(1, 1, 1), (3, 7, 5), (20, 16, 16), (5, 39, 8), (39, 50, 17), (50, 7, 33)]

  /// Places of queries, numbers of keys and widths of causal heads: every place, whose queries make one to four panels, or a few.
  static let causal: [(places: [Int32], keys: Int, width: Int)] =
    [(1, 1), (7, 5), (39, 8), (49, 16), (97, 17), (160, 33)].map { (Array(0..<Int32($0)), $0, $1) } + [
      ([6], 7, 4), ([0, 5, 38], 41, 9), (Array(10..<70), 70, 12), (Array(stride(from: 0, to: 120, by: 2)), 120, 7),
    ]

  @Test(arguments: shapes, [0, 0.25])
  func `Context and probabilities equal the twin's`(shape: (Int, Int, Int), rate: Double) {
    let head = Head(queries: shape.0, keys: shape.1, width: shape.2, rate: rate)
    let expected = head.plain.forward(query: head.query.plain, key: head.key.plain, value: head.value.plain)
    head.forward()
    expect(head.context, near: expected.context, within: 2e-6)
    // Dropped probabilities are negative; the lanes past the last key hold 0.
    let rounding = [Double](repeating: 0, count: roundedToLanes(shape.1) - shape.1)
    let signed = expected.probabilities.mapElements { row, column, p in
      head.plain.factor(row: row, column: column) == 0 ? -p : p
    }
    expect(head.probabilities, near: signed.map { $0 + rounding }, within: 1e-6)
    #expect(head.scratch.isFrameIntact)
  }

  @Test(arguments: shapes, [0, 0.25])
  func `The gradients equal the twin's and the central differences`(shape: (Int, Int, Int), rate: Double) {
    let head = Head(queries: shape.0, keys: shape.1, width: shape.2, rate: rate)
    let (query, key, value) = (head.query.plain, head.key.plain, head.value.plain)
    head.forward()
    var stream = RandomStream(seed: 17)
    let contextGradient = Framed(rows: shape.0, columns: shape.2, using: &stream)
    let result = head.backward(contextGradient)
    let dy = contextGradient.plain
    let expected = head.plain.backward(dy, query: query, key: key, value: value)
    expect(result.query, near: expected.query, within: 5e-6)
    expect(result.key, near: expected.key, within: 5e-6)
    expect(result.value, near: expected.value, within: 5e-6)
    #expect(head.scratch.isFrameIntact && head.probabilities.isFrameIntact)

    let alongQuery = Framed(rows: shape.0, columns: shape.2, using: &stream).plain
    let alongKey = Framed(rows: shape.1, columns: shape.2, using: &stream).plain
    let slopes = [
      slope(at: query, along: alongQuery) { head.plain.forward(query: $0, key: key, value: value).context.inner(dy) },
      slope(at: key, along: alongKey) { head.plain.forward(query: query, key: $0, value: value).context.inner(dy) },
      slope(at: value, along: alongKey) { head.plain.forward(query: query, key: key, value: $0).context.inner(dy) },
    ]
    #expect(isNear(result.query.plain.inner(alongQuery), slopes[0], within: 1e-5))
    #expect(isNear(result.key.plain.inner(alongKey), slopes[1], within: 1e-5))
    #expect(isNear(result.value.plain.inner(alongKey), slopes[2], within: 1e-5))
  }

  @Test(arguments: causal, [0, 0.25])
  func `A query sees the keys up to its place, as the twin's do`(
    shape: (places: [Int32], keys: Int, width: Int), rate: Double
  ) {
    let head = Head(queries: shape.places.count, keys: shape.keys, width: shape.width, rate: rate, places: shape.places)
    let (query, key, value) = (head.query.plain, head.key.plain, head.value.plain)
    let expected = head.plain.forward(query: query, key: key, value: value)
    head.forward()
    expect(head.context, near: expected.context, within: 2e-6)
    for (row, place) in shape.places.enumerated() {
      for column in 0...Int(place) {
        #expect(abs(abs(head.probabilities.plain[row][column]) - expected.probabilities[row][column]) < 1e-6)
      }
    }
    var stream = RandomStream(seed: 19)
    let contextGradient = Framed(rows: shape.places.count, columns: shape.width, using: &stream)
    let result = head.backward(contextGradient)
    let gradients = head.plain.backward(contextGradient.plain, query: query, key: key, value: value)
    expect(result.query, near: gradients.query, within: 5e-6)
    expect(result.key, near: gradients.key, within: 1e-5)
    expect(result.value, near: gradients.value, within: 1e-5)
    #expect(head.scratch.isFrameIntact && head.probabilities.isFrameIntact)

    let along = Framed(rows: shape.keys, columns: shape.width, using: &stream).plain
    let dy = contextGradient.plain
    let slopes = [
      slope(at: key, along: along) { head.plain.forward(query: query, key: $0, value: value).context.inner(dy) },
      slope(at: value, along: along) { head.plain.forward(query: query, key: key, value: $0).context.inner(dy) },
    ]
    #expect(isNear(result.key.plain.inner(along), slopes[0], within: 2e-5))
    #expect(isNear(result.value.plain.inner(along), slopes[1], within: 2e-5))
  }

  @Test func `Scores of thousands neither overflow nor vanish`() {
    let head = Head(queries: 4, keys: 19, width: 6, rate: 0, scale: 3000)
    let expected = head.plain.forward(query: head.query.plain, key: head.key.plain, value: head.value.plain)
    head.forward()
    // A score's rounding, 2⁻²⁴ · 10⁴, is a relative error of its probability.
    expect(head.context, near: expected.context, within: 3e-3)
  }
}

/// A head of random values with its memory, and the twin for the same dropout bits.
private struct Head {
  let query, key, value, probabilities, scratch, transposed, context: Framed
  let plain: PlainAttention

  /// Rows of the mask that belong to other heads.
  private let firstRow = 3
  private let mask: DropoutMask
  private let head: AttentionHead

  init(queries: Int, keys: Int, width: Int, rate: Double, scale: Float? = nil, places: [Int32]? = nil) {
    var stream = RandomStream(seed: 16)
    query = Framed(rows: queries, columns: width, in: -2...2, using: &stream)
    key = Framed(rows: keys, columns: width, in: -2...2, using: &stream)
    value = Framed(rows: keys, columns: width, using: &stream)
    probabilities = Framed(rows: queries, columns: roundedToLanes(keys)) { _, _ in .nan }
    scratch = Framed(rows: queries, columns: roundedToLanes(keys)) { _, _ in .nan }
    transposed = Framed(rows: width, columns: roundedToLanes(keys)) { _, _ in .nan }
    context = Framed(rows: queries, columns: width) { _, _ in .nan }
    let scale = scale ?? 1 / Float(width).squareRoot()
    let dropout = PlainDropout(rate: DropoutRate(rate))
    plain = PlainAttention(scale: Double(scale), dropout: dropout, firstRow: firstRow, keys: keys, places: places)
    mask = dropout.mask(rows: firstRow + queries, columns: keys)
    head = AttentionHead(
      query: query.matrix, key: key.matrix, value: value.matrix, scale: scale, probabilities: probabilities.matrix,
      places: places)
  }

  func forward() {
    head.forward(
      mask, firstRow: firstRow, plain.dropout.rate, scratch: scratch.matrix, transposed: transposed.matrix,
      into: context.matrix)
  }

  func backward(_ contextGradient: Framed) -> (query: Framed, key: Framed, value: Framed) {
    let gradients = [query, key, value].map {
      Framed(rows: $0.matrix.rows, columns: $0.matrix.columns) { _, _ in .nan }
    }
    head.backward(
      contextGradient: contextGradient.matrix, plain.dropout.rate, scratch: scratch.matrix,
      transposed: transposed.matrix,
      queryGradient: gradients[0].matrix, keyGradient: gradients[1].matrix, valueGradient: gradients[2].matrix)
    return (gradients[0], gradients[1], gradients[2])
  }
}

/// The scalar twin of an attention head.
private struct PlainAttention {
  let scale: Double
  let dropout: PlainDropout
  let firstRow: Int
  let keys: Int
  /// The place of each query, of which it sees the keys up to its own; `nil` for all keys.
  let places: [Int32]?

  func factor(row: Int, column: Int) -> Double { dropout.factor(row: firstRow + row, column: column, of: keys) }

  func forward(query: Plain, key: Plain, value: Plain) -> (context: Plain, probabilities: Plain, kept: Plain) {
    let scores = query.times(key.transposed).mapElements { row, column, score in
      places.map { column <= $0[row] } ?? true ? score : -.infinity
    }
    let probabilities = scores.map { row in
      let top = row.reduce(-.infinity, max)
      let powers = row.map { exp(($0 - top) * scale) }
      let total = powers.reduce(0, +)
      return powers.map { $0 / total }
    }
    let kept = probabilities.mapElements { $2 * factor(row: $0, column: $1) }
    return (kept.times(value), probabilities, kept)
  }

  func backward(_ dy: Plain, query: Plain, key: Plain, value: Plain) -> (query: Plain, key: Plain, value: Plain) {
    let (_, probabilities, kept) = forward(query: query, key: key, value: value)
    let g = dy.times(value.transposed).mapElements { $2 * factor(row: $0, column: $1) }
    let scores = probabilities.mapElements { row, column, p in
      p * (g[row][column] - dot(probabilities[row], g[row])) * scale
    }
    return (scores.times(key), scores.transposed.times(query), kept.transposed.times(dy))
  }
}
