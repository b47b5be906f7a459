import CSIMD

/// eˣ in each lane, to about one unit in the last place.
///
/// Below −87 the result is 0, above 88 it is e⁸⁸; NaN stays NaN. The argument is split into a multiple of ln 2, which
/// becomes the exponent, and a remainder, whose Taylor-like polynomial of degree 7 is exact to 2⁻²⁵.
@inline(__always)
func exponential(_ x: Vector) -> Vector {
  let bounded = maximum(minimum(x, Vector(repeating: 88)), Vector(repeating: -87))
  let multiple = roundedToEven(bounded * 1.442_695_04)
  var rest = multiplyAdd(multiple, Vector(repeating: -0.693_359_375), bounded)
  rest = multiplyAdd(multiple, Vector(repeating: 2.121_944_4e-4), rest)
  var power = Vector(repeating: 1.987_569_1e-4)
  power = multiplyAdd(power, rest, Vector(repeating: 1.398_199_9e-3))
  power = multiplyAdd(power, rest, Vector(repeating: 8.333_452e-3))
  power = multiplyAdd(power, rest, Vector(repeating: 4.166_579_6e-2))
  power = multiplyAdd(power, rest, Vector(repeating: 0.166_666_66))
  power = multiplyAdd(power, rest, Vector(repeating: 0.5))
  power = multiplyAdd(power, rest * rest, rest + 1)
  let scaled = scale(power, byTwoTo: multiple)
  return keepNaN(of: x, in: select(x, isLessThan: Vector(repeating: -87), then: .zero, otherwise: scaled))
}

/// 1 / (1 + e⁻ˣ) in each lane.
@inline(__always)
func logistic(_ x: Vector) -> Vector { Vector(repeating: 1) / (exponential(-x) + 1) }

/// tanh x in each lane: an odd polynomial below 0.625, where the quotient of exponentials would suffer from cancellation.
@inline(__always)
func hyperbolicTangent(_ x: Vector) -> Vector {
  let square = x * x
  var odd = Vector(repeating: -5.704_988_7e-3)
  odd = multiplyAdd(odd, square, Vector(repeating: 2.063_908_9e-2))
  odd = multiplyAdd(odd, square, Vector(repeating: -5.373_971_5e-2))
  odd = multiplyAdd(odd, square, Vector(repeating: 0.133_314_42))
  odd = multiplyAdd(odd, square, Vector(repeating: -0.333_332_8))
  let near = multiplyAdd(odd * square, x, x)
  let far = Vector(repeating: 1) - Vector(repeating: 2) / (exponential(x * 2) + 1)
  return keepNaN(of: x, in: select(magnitude(x), isLessThan: Vector(repeating: 0.625), then: near, otherwise: far))
}

/// The standard normal distribution Φ(x) and its density φ(x) in each lane.
///
/// For a = |x|, Φ(−a) = e^(−a²/2) · t · P(t) with t = 1 / (1 + 0.35 a), where P is the polynomial of degree 8 with the
/// smallest relative error (3·10⁻⁸) over 0 ≤ a ≤ 14, fitted for this project. The tail keeps its relative precision,
/// and both values need only one exponential.
@inline(__always)
func normalDistribution(_ x: Vector) -> (cumulative: Vector, density: Vector) {
  let size = magnitude(x)
  let t = Vector(repeating: 1) / multiplyAdd(size, Vector(repeating: 0.35), Vector(repeating: 1))
  var tail = Vector(repeating: -0.029_145_928)
  tail = multiplyAdd(tail, t, Vector(repeating: 0.143_971_68))
  tail = multiplyAdd(tail, t, Vector(repeating: -0.255_714_24))
  tail = multiplyAdd(tail, t, Vector(repeating: 0.159_174_13))
  tail = multiplyAdd(tail, t, Vector(repeating: -0.023_109_814))
  tail = multiplyAdd(tail, t, Vector(repeating: 0.105_507_99))
  tail = multiplyAdd(tail, t, Vector(repeating: 0.119_832_87))
  tail = multiplyAdd(tail, t, Vector(repeating: 0.139_861_87))
  tail = multiplyAdd(tail, t, Vector(repeating: 0.139_621_4))
  let power = exponential(size * size * -0.5)
  tail *= t * power
  let cumulative = select(x, isLessThan: .zero, then: tail, otherwise: Vector(repeating: 1) - tail)
  return (keepNaN(of: x, in: cumulative), power * 0.398_942_28)
}
