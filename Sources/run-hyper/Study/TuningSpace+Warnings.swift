import Foundation
import Literals
import Tuner

extension TuningSpace {
  /// Warnings about ranges that are probably a mistake, one sentence each.
  var warnings: [String] { Self.warnings(about: space) }

  private static func warnings(about space: SearchSpace) -> [String] { space.parameters.compactMap(warning(about:)) }

  /// Adds the warnings to a thrown error, since a mistaken range may be its cause.
  static func warning<Value>(
    about space: SearchSpace, _ body: () throws -> Value
  ) throws(CommandError) -> Value {
    do {
      return try body()
    } catch {
      throw .input((["\(error)"] + warnings(about: space)).joined(separator: "\n"))
    }
  }

  /// Notes about the points that are tried.
  var notes: [String] {
    guard plan.leavesOut, plan.algorithm == .random, cells.count < plan.trialLimit(of: space),
      RandomSampler(space, seed: 0).count != survey.total
    else { return space.notes }
    return space.notes + [
      "\(cells.count) possible configurations in \(survey.total) draws; no further draws are tried"
    ]
  }

  /// Keys whose usual values lie between 0 and 1.
  private static let fractions: Set<String> = [
    "learning_rate", "weight_decay", "hidden_dropout_prob", "attn_dropout_prob", "mask_ratio", "ft_ratio",
    "layer_norm_eps", "initializer_range",
  ]

  /// The warning for a `loguniform` whose bounds are usual values of its key, while their exponentials are not.
  ///
  /// The bounds of `loguniform` are natural logarithms, so `1e-5,1e-2` means values from 1.00001 to 1.01.
  static func warning(about parameter: SearchSpace.Parameter) -> String? {
    guard case .logUniform(let low, let high) = parameter.distribution, fractions.contains(parameter.name), low >= 0,
      high <= 1
    else { return nil }
    let (name, bounds) = (parameter.name, "\(text(low)),\(text(high))")
    let remedy =
      low > 0
      ? "For values from \(text(low)) to \(text(high)) write: \(name) loguniform_bounds \(bounds)"
      : "To give the bounds as values, write loguniform_bounds, with both bounds above 0"
    return "\(parameter.location): \(name) loguniform \(bounds) gives values from \(rounded(exp(low))) to "
      + "\(rounded(exp(high))), because its bounds are natural logarithms. \(remedy)"
  }

  private static func text(_ number: Double) -> String { Literal.number(number).canonical }

  /// Four digits, since small bounds have exponentials just above 1.
  private static func rounded(_ number: Double) -> String { String(format: "%.4g", number) }
}
