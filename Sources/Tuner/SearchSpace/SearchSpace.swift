import Foundation
public import Literals

/// The parameters that a study tunes, in the order of the file that lists them.
public struct SearchSpace: Sendable, Equatable {
  /// A parameter and its possible values.
  public struct Parameter: Sendable, Equatable {
    public let name: String
    public let distribution: Distribution

    /// `file:line:column` of the parameter's name.
    public let location: String
  }

  /// The file's name, for messages.
  public let file: String

  public let parameters: [Parameter]

  /// The maximum number of cells. Nobody trains more; a larger product is a mistake in the file.
  public static let largestGrid = 100_000

  /// The maximum number of parameters, more than any model has.
  static let mostParameters = 1000
}

/// The possible values of a parameter.
public enum Distribution: Sendable, Equatable {
  /// One of a few values.
  case choice([Literal])

  /// Any number from `low` to `high`.
  case uniform(low: Double, high: Double)

  /// Like `uniform`, rounded to multiples of `step`.
  case quantizedUniform(low: Double, high: Double, step: Double)

  /// *e* to the power of a uniform number: the bounds are natural logarithms, as in RecBole and hyperopt.
  case logUniform(low: Double, high: Double)

  /// The same, given the bounds themselves, which no value exceeds.
  case logUniformBounds(low: Double, high: Double)

  /// The distribution's name in a parameter file.
  public var keyword: String {
    switch self {
    case .choice: "choice"
    case .uniform: "uniform"
    case .quantizedUniform: "quniform"
    case .logUniform: "loguniform"
    case .logUniformBounds: "loguniform_bounds"
    }
  }
}

extension SearchSpace {
  /// The number of cells of the grid over the `choice` parameters.
  public var cellCount: Int {
    parameters.reduce(1) { count, parameter in
      if case .choice(let values) = parameter.distribution { count * values.count } else { count }
    }
  }

  /// Every combination of the parameters' values, in file order, with the last parameter varying fastest.
  ///
  /// Throws if a parameter has no list of values.
  public func grid() throws(SearchSpaceError) -> [Hyperparameters] {
    var axes: [(name: String, values: [Literal])] = []
    var problems: [Problem] = []
    for parameter in parameters {
      if case .choice(let values) = parameter.distribution {
        axes.append((parameter.name, values))
      } else {
        problems.append(
          Problem(
            location: parameter.location,
            found:
              "'\(parameter.name)' of type \(parameter.distribution.keyword), which cannot be searched exhaustively",
            expected:
              "--algo=random or bayes, or a list of values such as \(parameter.name) choice [\(parameter.distribution.examples)]"
          ))
      }
    }
    guard problems.isEmpty else { throw SearchSpaceError(problems: problems) }

    var cells: [[Hyperparameters.Pair]] = [[]]
    for (name, values) in axes {
      cells = cells.flatMap { cell in values.map { cell + [Hyperparameters.Pair(name: name, value: $0)] } }
    }
    return cells.map { Hyperparameters($0) }
  }
}

extension SearchSpace {
  /// Whether a point has a possible value for each parameter, and no other parameters.
  func contains(_ point: Hyperparameters) -> Bool {
    point.pairs.count == parameters.count
      && parameters.allSatisfy { parameter in
        point[parameter.name].map { parameter.distribution.contains($0) } ?? false
      }
  }
}

extension Distribution {
  /// Whether the value can be drawn.
  func contains(_ value: Literal) -> Bool {
    switch self {
    case .choice, .quantizedUniform:
      FiniteValues(self)?.position(of: value) != nil
    case .uniform(let low, let high), .logUniformBounds(let low, let high):
      value.double.map { $0 >= low && $0 <= high } ?? false
    case .logUniform(let low, let high):
      // At a bound, rounding can push an exponential past it.
      value.double.map { $0 > 0 && log($0) >= low - 1e-9 && log($0) <= high + 1e-9 } ?? false
    }
  }

  /// Three example values, for a message.
  fileprivate var examples: String {
    switch self {
    case .choice(let values): values.prefix(3).map(\.python).joined(separator: ", ")
    case .uniform(let low, let high), .quantizedUniform(let low, let high, _):
      "\(low), \((low + high) / 2), \(high)"
    case .logUniform(let low, let high):
      "\(exp(low)), \(exp((low + high) / 2)), \(exp(high))"
    case .logUniformBounds(let low, let high):
      "\(low), \(low.squareRoot() * high.squareRoot()), \(high)"
    }
  }
}
