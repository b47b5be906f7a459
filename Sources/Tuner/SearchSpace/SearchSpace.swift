import Foundation
public import Literals

/// The parameters that a study tunes, in the order of the file that lists them.
public struct SearchSpace: Sendable {
  /// A parameter and the values it can have.
  public struct Parameter: Sendable, Equatable {
    public let name: String
    public let distribution: Distribution

    /// `file:line:column` of the parameter's name.
    public let location: String
  }

  /// The file's name, for messages.
  public let file: String

  public let parameters: [Parameter]

  /// The file's text, with each value of a list once.
  public let text: String

  /// Notes about what was read differently from how it is written; one sentence each.
  public let notes: [String]

  init(file: String, parameters: [Parameter], text: String = "", notes: [String] = []) {
    self.file = file
    self.parameters = parameters
    self.text = text
    self.notes = notes
  }

  /// The maximum number of combinations in an exhaustive search; nobody trains more.
  ///
  /// Draws and proposals have no such limit, since they never list the combinations.
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
  /// The number of cells of the grid over the `choice` parameters; `nil` if it exceeds 64 bits.
  public var cellCount: Int? {
    parameters.reduce(1) { count, parameter in
      guard let count, case .choice(let values) = parameter.distribution else { return count }
      let (product, overflow) = count.multipliedReportingOverflow(by: values.count)
      return overflow ? nil : product
    }
  }

  /// Every combination of the parameters' values, in file order, with the last parameter varying fastest.
  ///
  /// Throws if a parameter has no list of values, or if there are more than `largestGrid` combinations.
  public func grid() throws(SearchSpaceError) -> [Hyperparameters] {
    try checkGrid()
    var cells: [[Hyperparameters.Pair]] = [[]]
    for parameter in parameters {
      guard case .choice(let values) = parameter.distribution else { continue }
      cells = cells.flatMap { cell in values.map { cell + [Hyperparameters.Pair(name: parameter.name, value: $0)] } }
    }
    return cells.map { Hyperparameters($0) }
  }

  /// Throws if an exhaustive search is impossible.
  private func checkGrid() throws(SearchSpaceError) {
    var problems = parameters.compactMap { parameter -> Problem? in
      if case .choice = parameter.distribution { return nil }
      return Problem(
        location: parameter.location,
        found: "'\(parameter.name)' of type \(parameter.distribution.keyword), a range, in an exhaustive search",
        expected: "--algo=random or --algo=bayes, or a list of values such as "
          + "\(parameter.name) choice [\(parameter.distribution.examples.joined(separator: ", "))]")
    }
    var count = 1
    for parameter in parameters {
      guard case .choice(let values) = parameter.distribution else { continue }
      count *= values.count
      guard count > Self.largestGrid else { continue }
      problems.append(
        Problem(
          location: parameter.location,
          found: "more than \(Self.largestGrid) combinations up to '\(parameter.name)' in an exhaustive search",
          expected: "at most \(Self.largestGrid), or --algo=random --max_evals=N, which draws N of them"))
      break
    }
    guard problems.isEmpty else { throw SearchSpaceError(problems: problems) }
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

  /// A few example values for a message: all multiples of a step if there are few, otherwise three values.
  fileprivate var examples: [String] {
    if let values = FiniteValues(self) {
      let shown =
        values.count <= 10 ? Array(values) : [0, values.count / 2, values.count - 1].map { values[$0] }
      return shown.map { $0.double == nil ? $0.python : $0.canonical }
    }
    return [0, 0.5, 1].map { fraction in
      let value = value(at: fraction)
      // Bounds are unchanged; computed values are rounded.
      let digits = if case .logUniform = self { 3 } else { fraction == 0.5 ? 4 : 17 }
      guard digits < 17, let number = value.double else { return value.canonical }
      return Literal.number(Double(String(format: "%.\(digits)g", number)) ?? number).canonical
    }
  }
}
