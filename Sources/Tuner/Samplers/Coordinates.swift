import Literals

/// A parameter's values as seen by a density estimator.
enum Axis: Sendable {
  /// A number of unordered values; a coordinate is a position among them.
  case categories(Int)

  /// A number of ordered values; each has an equal share of the unit interval, whose middle is its coordinate.
  case steps(Int)

  /// The unit interval.
  case interval
}

/// The points of a space as numbers, one per parameter.
///
/// The range of `loguniform` and `loguniform_bounds` is uniform in the logarithm. A list is a set of categories, even a list of
/// numbers: on the mixed function of `docs/samplers.md`, and on a grid of lists, treating lists of numbers as ordered was worse.
struct Coordinates: Sendable {
  let axes: [Axis]
  private let space: SearchSpace
  private let values: [FiniteValues?]

  init(_ space: SearchSpace) {
    self.space = space
    values = space.parameters.map { FiniteValues($0.distribution) }
    axes = zip(space.parameters, values).map { parameter, values in
      switch (parameter.distribution, values) {
      case (_, nil): .interval
      case (.choice, let values?): .categories(values.count)
      case (_, let values?): .steps(values.count)
      }
    }
  }

  /// The coordinates of a point, or `nil` if it has a value outside the space.
  func encode(_ point: Hyperparameters) -> [Double]? {
    var result: [Double] = []
    for index in axes.indices {
      guard let value = point[space.parameters[index].name], let coordinate = encode(value, on: index) else {
        return nil
      }
      result.append(coordinate)
    }
    return result
  }

  private func encode(_ value: Literal, on index: Int) -> Double? {
    switch axes[index] {
    case .categories: values[index]?.position(of: value).map(Double.init)
    case .steps(let count): values[index]?.position(of: value).map { (Double($0) + 0.5) / Double(count) }
    case .interval: space.parameters[index].distribution.fraction(of: value)
    }
  }

  func decode(_ coordinates: [Double]) -> Hyperparameters {
    Hyperparameters(
      zip(space.parameters.indices, coordinates).map { index, coordinate in
        let parameter = space.parameters[index]
        let value =
          if case .categories = axes[index], let values = values[index] {
            values[Int(coordinate)]
          } else {
            parameter.distribution.value(at: coordinate)
          }
        return Hyperparameters.Pair(name: parameter.name, value: value)
      })
  }
}
