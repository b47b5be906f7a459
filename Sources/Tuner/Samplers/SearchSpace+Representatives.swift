import Literals

extension SearchSpace {
  /// Points that stand for all that a search may try: every combination of the parameters' values, ranges by their ends and
  /// a value between them.
  ///
  /// - Parameter limit: The maximum number of points; if there are more, this many are drawn.
  /// - Returns: The points, and whether they include every combination.
  public func representatives(limit: Int = 10_000) -> (points: [Hyperparameters], areAll: Bool) {
    let space = SearchSpace(
      file: file,
      parameters: parameters.map { parameter in
        FiniteValues(parameter.distribution) != nil
          ? parameter
          : Parameter(
            name: parameter.name,
            distribution: .choice([0, Self.between, 1].map { parameter.distribution.value(at: $0) }),
            location: parameter.location)
      })
    guard let cells = Cells(space), cells.count <= limit else {
      let sampler = RandomSampler(space, seed: 0)
      return ((0..<limit).map(sampler.draw), false)
    }
    return ((0..<cells.count).map { cells[$0] }, true)
  }

  /// The point with the largest number of each parameter; for parameters without numbers, the first value.
  public var largest: Hyperparameters {
    Hyperparameters(
      parameters.map { parameter in
        var value = parameter.distribution.value(at: 1)
        if case .choice(let values) = parameter.distribution {
          let numbers = values.filter { $0.double != nil }
          value = numbers.max { $0.double ?? 0 < $1.double ?? 0 } ?? values[0]
        }
        return Hyperparameters.Pair(name: parameter.name, value: value)
      })
  }

  /// The number of combinations of some parameters; `nil` if one is continuous or if there are more than 2⁶².
  public func combinationCount(of names: Set<String>) -> Int? {
    Cells(SearchSpace(file: file, parameters: parameters.filter { names.contains($0.name) }))?.count
  }

  /// Not the middle, which may be a whole number although most values of the range are not.
  private static let between = 0.414_213_562_373_095
}
