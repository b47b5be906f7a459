import Glibc

/// The natural logarithm.
func logarithm(_ x: Float) -> Float { logf(x) }

/// The natural logarithm.
func logarithm(_ x: Double) -> Double { log(x) }

/// eˣ.
func exponential(_ x: Double) -> Double { exp(x) }

extension RandomStream {
  /// Two independent standard normal numbers.
  ///
  /// Source: Box and Muller, *A Note on the Generation of Random Normal Deviates*, 1958.
  package mutating func nextNormalPair() -> (Double, Double) {
    // The half step keeps the argument of the logarithm above 0.
    let radius = (-2 * log((Double(nextWord()) + 0.5) * 0x1p-32)).squareRoot()
    let angle = 2 * Double.pi * nextUniform()
    return (radius * cos(angle), radius * sin(angle))
  }
}
