import Literals

/// A search space as a forest sees it: the parameters that vary among the trials, each with its declared values as an axis.
///
/// Ranges of logarithms are even in the logarithm, and values of a list have equal weights. A list of numbers is in their order; other
/// lists have none.
struct ForestSpace {
  let names: [String]
  let axes: [ForestImportance.Axis]
  private let scales: [Scale]

  /// How the values of a parameter become positions.
  private enum Scale {
    /// The listed values in the order of their positions.
    case list([Literal], positions: [String: Double])

    /// Multiples of a step.
    case steps(FiniteValues)

    case interval(Distribution)
  }

  /// - Parameter names: The parameters that vary.
  init(_ space: SearchSpace, names: [String]) {
    let parameters = space.parameters.filter { names.contains($0.name) }
    self.names = parameters.map(\.name)
    let scales = parameters.map { Self.scale(of: $0.distribution) }
    self.scales = scales
    axes = scales.map { scale in
      switch scale {
      case .interval: .interval
      case .steps(let values): .steps(values.count)
      case .list(let values, _):
        values.allSatisfy { $0.double != nil } ? .steps(values.count) : .categories(values.count)
      }
    }
  }

  private static func scale(of distribution: Distribution) -> Scale {
    if case .choice(let values) = distribution {
      let numbers = values.compactMap(\.double)
      let ordered =
        numbers.count == values.count
        ? zip(values, numbers).sorted { $0.1 < $1.1 }.map(\.0) : values
      let positions = ordered.enumerated().map { ($1.canonical, Double($0)) }
      return .list(ordered, positions: Dictionary(positions) { first, _ in first })
    }
    return FiniteValues(distribution).map { .steps($0) } ?? .interval(distribution)
  }

  /// The positions of a trial; `nil` if it lacks a parameter, or has a value that is not declared.
  func positions(of point: Hyperparameters) -> [Double]? {
    var positions: [Double] = []
    for (name, scale) in zip(names, scales) {
      guard let value = point[name] else { return nil }
      let position: Double? =
        switch scale {
        case .list(_, let positions): positions[value.canonical]
        case .steps(let values): values.position(of: value).map(Double.init)
        case .interval(let distribution): distribution.contains(value) ? distribution.fraction(of: value) : nil
        }
      guard let position else { return nil }
      positions.append(position)
    }
    return positions
  }

  /// The values of a part of an axis, see `ForestImportance.partCount(of:)`: one, or the first and the last.
  func text(ofPart part: Int, of axis: Int) -> String {
    let count = ForestImportance.partCount(of: axes[axis])
    func range(_ low: Literal, _ high: Literal) -> String {
      "\(low.rounded(toDigits: 4)) to \(high.rounded(toDigits: 4))"
    }
    func listed(_ values: some RandomAccessCollection<Literal>) -> String {
      guard values.count > count else { return "\(values[values.index(values.startIndex, offsetBy: part)])" }
      func value(_ index: Int) -> Literal { values[values.index(values.startIndex, offsetBy: index)] }
      // A value between two parts belongs to both.
      let share = values.count / count
      let rest = values.count % count
      return range(
        value(share * part + rest * part / count),
        value(share * (part + 1) + (rest * (part + 1) + count - 1) / count - 1))
    }
    switch scales[axis] {
    case .list(let values, _): return listed(values)
    case .steps(let values): return listed(values)
    case .interval(let distribution):
      return range(
        distribution.value(at: Double(part) / Double(count)), distribution.value(at: Double(part + 1) / Double(count)))
    }
  }
}
