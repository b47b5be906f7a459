import Foundation
import Literals

extension Distribution {
  /// The values in words, on one line.
  public var meaning: String {
    switch self {
    case .choice(let values): "one of \(values.map(\.python).joined(separator: ", "))"
    case .uniform(let low, let high): "from \(Self.text(low)) to \(Self.text(high))"
    case .quantizedUniform(let low, let high, let step):
      // The bounds need not be multiples of the step.
      if let values = FiniteValues(self), let first = values.first, let last = values.last {
        "multiples of \(Self.text(step)) from \(first.canonical) to \(last.canonical)"
      } else {
        "multiples of \(Self.text(step)) from \(Self.text(low)) to \(Self.text(high))"
      }
    case .logUniform(let low, let high):
      "from \(Self.rounded(exp(low))) to \(Self.rounded(exp(high))), even in the logarithm"
        + " (natural-log bounds \(Self.text(low)), \(Self.text(high)))"
    case .logUniformBounds(let low, let high):
      "from \(Self.text(low)) to \(Self.text(high)), even in the logarithm"
    }
  }

  /// A number as people write it: whole numbers without a decimal point.
  private static func text(_ number: Double) -> String { Literal.number(number).canonical }

  /// A computed number, rounded to three digits.
  private static func rounded(_ number: Double) -> String { String(format: "%.3g", number) }
}
