import Glibc
import Kernels
import Testing

@Suite struct ActivationTests {
  /// The numbers −40…40 a fiftieth apart, zeros and tiny numbers, in rows of 50 and a rest.
  private static let inputs: [Float] =
    (-2000...2000).map { Float($0) / 50 }
    + [0, 1e-3, 1e-8, 1e-20, .leastNormalMagnitude, .leastNonzeroMagnitude].flatMap { [$0, -$0] }

  /// The bounds on the value's relative error and the derivative's absolute one are up to twice what was measured.
  ///
  /// GELU's tail has the rounding of x²/2 in an exponent, up to 2⁻²⁴ · 87 ≈ 5·10⁻⁶; swish's derivative that of
  /// x · 2⁻²⁴ for x below 17, where its gate is not yet 1.
  @Test(arguments: [
    (ActivationFunction.gelu, 6e-6, 2e-7), (.relu, 0, 0), (.swish, 3e-7, 1.2e-6), (.tanh, 3e-7, 5e-7),
    (.sigmoid, 3e-7, 1.5e-7),
  ])
  func `Value and derivative keep their digits`(function: ActivationFunction, relative: Double, absolute: Double) {
    let (values, slopes) = apply(function, to: Self.inputs)
    let expected = Self.inputs.map { plain(function, Double($0)) }
    let wrongValue = expected.indices.first { index in
      // Below the least normal number any way of computing loses digits.
      let bound = relative * abs(expected[index].value) + Double(Float.leastNormalMagnitude)
      return !(abs(Double(values[index]) - expected[index].value) <= bound)
    }
    let wrongSlope = expected.indices.first { !(abs(Double(slopes[$0]) - expected[$0].slope) <= absolute) }
    #expect(wrongValue.map { (Self.inputs[$0], values[$0], expected[$0].value) } == nil)
    #expect(wrongSlope.map { (Self.inputs[$0], slopes[$0], expected[$0].slope) } == nil)
  }

  @Test(arguments: ActivationFunction.allCases)
  func `Numbers far out saturate`(function: ActivationFunction) {
    let inputs: [Float] = [-1e4, -1000, -100, -89, -88, -87, 87, 88, 89, 100, 1000, 1e4]
    let (values, slopes) = apply(function, to: inputs)
    for (index, x) in inputs.enumerated() {
      let expected = plain(function, Double(x))
      #expect(isNear(Double(values[index]), expected.value, within: 1e-7), "\(function)(\(x))")
      #expect(isNear(Double(slopes[index]), expected.slope, within: 1e-7), "\(function)′(\(x))")
    }
  }

  @Test(arguments: ActivationFunction.allCases)
  func `Only NaN gives NaN, and it always does`(function: ActivationFunction) {
    for position in [0, 4, 15, 16, 18] {
      let inputs = (0..<19).map { $0 == position ? Float.nan : 0.5 }
      let values = apply(function, to: inputs).values
      #expect(values.map(\.isNaN) == inputs.map(\.isNaN))
    }
  }

  @Test(arguments: [1, 5, 16, 17, 33, 64], ActivationFunction.allCases)
  func `Bias goes in first, and the gradient comes back through both`(width: Int, function: ActivationFunction) {
    var stream = RandomStream(seed: 8)
    let x = Framed(rows: 7, columns: width, in: -3...3, using: &stream)
    let bias = Framed(rows: 1, columns: width, using: &stream)
    let gradient = Framed(rows: 7, columns: width, using: &stream)
    let biasGradient = Framed(rows: 1, columns: width, using: &stream)
    let expected = x.plain.mapElements { $2 + bias.plain[0][$1] }
    let expectedGradient = gradient.plain.mapElements { $2 * plain(function, expected[$0][$1]).slope }
    let expectedBias = expectedGradient.columnSums(from: biasGradient.plain[0])

    let y = Framed(rows: 7, columns: width) { _, _ in .nan }
    addBias(bias.row, thenApply: function, to: x.matrix, into: y.matrix)
    expect(y, near: expected.mapElements { plain(function, $2).value }, within: 1e-6)
    expect(x, near: expected.mapElements { plain(function, $2).slope }, within: 1e-6)
    multiply(gradient.matrix, bySlope: x.matrix, addingBiasTo: biasGradient.row)
    expect(gradient, near: expectedGradient, within: 1e-6)
    expect(biasGradient, near: [expectedBias], within: 3e-6)
  }

  @Test(arguments: [1, 5, 16, 17, 33, 64])
  func `A bias is added to every row, and column sums add up`(width: Int) {
    var stream = RandomStream(seed: 9)
    for rows in [0, 1, 9] {
      let x = Framed(rows: rows, columns: width, using: &stream)
      let bias = Framed(rows: 1, columns: width, using: &stream)
      let total = Framed(rows: 1, columns: width, using: &stream)
      let expectedTotal = x.plain.columnSums(from: total.plain[0])
      addColumnSums(of: x.matrix, to: total.row)
      expect(total, near: [expectedTotal], within: 1e-6)
      let expected = x.plain.mapElements { $2 + bias.plain[0][$1] }
      addBias(bias.row, to: x.matrix)
      expect(x, near: expected, within: 1e-7)
    }
  }

  /// The kernel on one row, with a bias of zero.
  private func apply(_ function: ActivationFunction, to inputs: [Float]) -> (values: [Float], slopes: [Float]) {
    let (x, y) = (Framed(inputs), Framed([Float](repeating: 0, count: inputs.count)))
    addBias(Framed([Float](repeating: 0, count: inputs.count)).row, thenApply: function, to: x.matrix, into: y.matrix)
    #expect(x.isFrameIntact && y.isFrameIntact)
    return (y.row.values, x.row.values)
  }

  /// An activation and its derivative by the C library's functions, without cancellation.
  private func plain(_ function: ActivationFunction, _ x: Double) -> (value: Double, slope: Double) {
    let (gate, rest) = (1 / (1 + exp(-x)), 1 / (1 + exp(x)))
    switch function {
    case .gelu:
      let cumulative = erfc(-x / 2.0.squareRoot()) / 2
      let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
      return (x * cumulative, cumulative + x * density)
    case .relu: return x > 0 ? (x, 1) : (0, 0)
    case .swish: return (x * gate, gate + x * gate * rest)
    case .tanh: return (tanh(x), 1 / (cosh(x) * cosh(x)))
    case .sigmoid: return (gate, gate * rest)
    }
  }
}
