import Kernels
import Testing

@Suite struct LayerNormTests {
  static let widths = [1, 5, 16, 17, 50, 64, 100]

  @Test(arguments: widths, [0, 0.3])
  func `Normalizing, then dropping out, equals the twin`(width: Int, rate: Double) {
    var stream = RandomStream(seed: 10)
    let (norm, parameters) = layer(width: width, using: &stream)
    let dropout = PlainDropout(rate: DropoutRate(rate))
    let memory = NormMemory(rows: 6, width: width, using: &stream)
    let expected = parameters.normalize(memory.normalized.plain)
    let y = Framed(rows: 6, columns: width) { _, _ in .nan }
    normalize(
      norm, memory.views, thenDrop: dropout.mask(rows: 6, columns: width), dropout.rate, into: y.matrix)
    expect(y, near: dropout.apply(to: expected.y), within: 2e-5)
    expect(memory.normalized, near: expected.normalized, within: 2e-5)
    expect(memory.inverseDeviation, near: [expected.inverse], within: 2e-5)
  }

  @Test(arguments: widths, [0, 0.3])
  func `Bias, dropout, residual and norm come in that order`(width: Int, rate: Double) {
    var stream = RandomStream(seed: 11)
    let (norm, parameters) = layer(width: width, using: &stream)
    let dropout = PlainDropout(rate: DropoutRate(rate))
    let memory = NormMemory(rows: 6, width: width, using: &stream)
    let bias = Framed(rows: 1, columns: width, using: &stream)
    let residual = Framed(rows: 6, columns: width, using: &stream)
    let shifted = memory.normalized.plain.mapElements { $2 + bias.plain[0][$1] }
    let expected = parameters.normalize(dropout.apply(to: shifted).plus(residual.plain))
    let y = Framed(rows: 6, columns: width) { _, _ in .nan }
    addBias(
      bias.row, thenDrop: dropout.mask(rows: 6, columns: width), dropout.rate, thenAdd: residual.matrix,
      thenNormalize: norm, memory.views, into: y.matrix)
    expect(y, near: expected.y, within: 2e-5)
    expect(memory.normalized, near: expected.normalized, within: 2e-5)
    expect(memory.inverseDeviation, near: [expected.inverse], within: 2e-5)
  }

  @Test func `A row far from zero keeps its variance`() {
    var stream = RandomStream(seed: 12)
    let (norm, parameters) = layer(width: 50, using: &stream)
    let memory = NormMemory(rows: 3, width: 50, in: 999...1001, using: &stream)
    let expected = parameters.normalize(memory.normalized.plain)
    let y = Framed(rows: 3, columns: 50)
    normalize(norm, memory.views, thenDrop: DropoutMask(rows: 3, columns: 50), .none, into: y.matrix)
    expect(y, near: expected.y, within: 1e-3)
  }

  @Test func `A row of equal numbers becomes the bias`() {
    var stream = RandomStream(seed: 13)
    let (norm, parameters) = layer(width: 17, using: &stream)
    let memory = NormMemory(rows: 1, width: 17, in: 3...3, using: &stream)
    let y = Framed(rows: 1, columns: 17)
    normalize(norm, memory.views, thenDrop: DropoutMask(rows: 1, columns: 17), .none, into: y.matrix)
    expect(y, near: [parameters.bias], within: 0)
  }

  @Test func `The memory of the first rows is a view`() {
    var stream = RandomStream(seed: 14)
    let memory = NormMemory(rows: 5, width: 3, using: &stream)
    let first = memory.views.first(2)
    #expect(first.normalized.rows == 2)
    #expect(first.normalized[1].values == memory.normalized.matrix[1].values)
  }

  @Test(arguments: widths)
  func `The backward pass equals the twin and the central differences`(width: Int) {
    var stream = RandomStream(seed: 15)
    let (norm, parameters) = layer(width: width, using: &stream)
    let memory = NormMemory(rows: 6, width: width, using: &stream)
    let x = memory.normalized.plain
    let gradient = Framed(rows: 6, columns: width, using: &stream)
    let (gain, bias) = (
      Framed(rows: 1, columns: width, using: &stream), Framed(rows: 1, columns: width, using: &stream)
    )
    let (dy, gainBefore, biasBefore) = (gradient.plain, gain.plain, bias.plain)
    let y = Framed(rows: 6, columns: width)
    normalize(norm, memory.views, thenDrop: DropoutMask(rows: 6, columns: width), .none, into: y.matrix)
    normalizeBackward(norm, memory.views, gradient: gradient.matrix, addingGainTo: gain.row, biasTo: bias.row)

    let expected = parameters.normalize(x)
    expect(gradient, near: parameters.backward(dy, from: expected), within: 5e-5)
    let products = dy.mapElements { $2 * expected.normalized[$0][$1] }
    expect(gain, near: [products.columnSums(from: gainBefore[0])], within: 5e-5)
    expect(bias, near: [dy.columnSums(from: biasBefore[0])], within: 5e-6)

    let direction = Framed(rows: 6, columns: width, using: &stream).plain
    let inputSlope = slope(at: x, along: direction) { parameters.normalize($0).y.inner(dy) }
    #expect(isNear(gradient.plain.inner(direction), inputSlope, within: 1e-4))
    let gainSlope = slope(at: [parameters.gain], along: [direction[0]]) { gain in
      PlainNorm(gain: gain[0], bias: parameters.bias, epsilon: parameters.epsilon).normalize(x).y.inner(dy)
    }
    #expect(isNear(gain.plain.plus(gainBefore, times: -1).inner([direction[0]]), gainSlope, within: 1e-4))
  }

  private func layer(width: Int, using stream: inout RandomStream) -> (LayerNorm, PlainNorm) {
    let gain = Framed(rows: 1, columns: width, in: 0.5...1.5, using: &stream)
    let bias = Framed(rows: 1, columns: width, using: &stream)
    return (
      LayerNorm(gain: gain.row, bias: bias.row, epsilon: 1e-12),
      PlainNorm(gain: gain.plain[0], bias: bias.plain[0], epsilon: Double(Float(1e-12)))
    )
  }
}

/// What a layer normalization keeps, within guards; the input stands in `normalized`.
private struct NormMemory {
  let normalized: Framed
  let inverseDeviation: Framed

  init(rows: Int, width: Int, in range: ClosedRange<Float> = -2...3, using stream: inout RandomStream) {
    normalized = Framed(rows: rows, columns: width, in: range, using: &stream)
    inverseDeviation = Framed(rows: 1, columns: rows)
  }

  var views: LayerNormMemory {
    LayerNormMemory(normalized: normalized.matrix, inverseDeviation: inverseDeviation.row)
  }
}

/// The scalar twin of a layer normalization.
private struct PlainNorm {
  let gain: [Double]
  let bias: [Double]
  let epsilon: Double

  func normalize(_ x: Plain) -> (y: Plain, normalized: Plain, inverse: [Double]) {
    var (normalized, inverse) = (Plain(), [Double]())
    for row in x {
      let width = Double(row.count)
      let mean = row.reduce(0, +) / width
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / width
      inverse.append(1 / (variance + epsilon).squareRoot())
      normalized.append(row.map { ($0 - mean) / (variance + epsilon).squareRoot() })
    }
    return (normalized.mapElements { $2 * gain[$1] + bias[$1] }, normalized, inverse)
  }

  func backward(_ dy: Plain, from forward: (y: Plain, normalized: Plain, inverse: [Double])) -> Plain {
    dy.enumerated().map { index, row in
      let h = zip(row, gain).map { $0 * $1 }
      let n = forward.normalized[index]
      let mean = h.reduce(0, +) / Double(h.count)
      let product = dot(h, n) / Double(h.count)
      return zip(h, n).map { ($0 - mean - $1 * product) * forward.inverse[index] }
    }
  }
}
