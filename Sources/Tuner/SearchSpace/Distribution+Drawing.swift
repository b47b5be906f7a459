import Foundation
import Literals

extension Distribution {
  /// The value at a fraction from 0 up to 1.
  func value(at fraction: Double) -> Literal {
    if let values = FiniteValues(self) { return values[min(Int(fraction * Double(values.count)), values.count - 1)] }
    switch self {
    case .uniform(let low, let high), .quantizedUniform(let low, let high, _):
      return .number(Self.point(fraction, low, high))
    case .logUniform(let low, let high): return .number(exp(Self.point(fraction, low, high)))
    case .logUniformBounds(let low, let high):
      // Rounding can push the exponential of a bound's logarithm past the bound.
      return .number(min(max(exp(Self.point(fraction, log(low), log(high))), low), high))
    case .choice: preconditionFailure("a list has finitely many values")
    }
  }

  /// The fraction, at most 1, at which a continuous distribution has the value; `nil` if the value is not a number.
  func fraction(of value: Literal) -> Double? {
    guard let number = value.double, !number.isNaN else { return nil }
    switch self {
    case .uniform(let low, let high), .quantizedUniform(let low, let high, _): return Self.fraction(number, low, high)
    case .logUniform(let low, let high): return Self.fraction(log(number), low, high)
    case .logUniformBounds(let low, let high): return Self.fraction(log(number), log(low), log(high))
    case .choice: return nil
    }
  }

  /// Weights both ends, since the width of a range of 64-bit numbers may overflow.
  private static func point(_ fraction: Double, _ low: Double, _ high: Double) -> Double {
    min(max(low * (1 - fraction) + high * fraction, low), high)
  }

  private static func fraction(_ number: Double, _ low: Double, _ high: Double) -> Double? {
    let fraction = (number / 2 - low / 2) / (high / 2 - low / 2)
    return fraction.isNaN ? nil : min(max(fraction, 0), 1)
  }
}
