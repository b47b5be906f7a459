import Literals

extension SearchSpace {
  /// Points that represent everything that a search may try: every combination of the parameters' values, with ranges
  /// represented by their ends and their middle.
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
            distribution: .choice([0, 0.5, 1].map { parameter.distribution.value(at: $0) }),
            location: parameter.location)
      })
    guard let cells = Cells(space), cells.count <= limit else {
      let sampler = RandomSampler(space, seed: 0)
      return ((0..<limit).map(sampler.draw), false)
    }
    return ((0..<cells.count).map { cells[$0] }, true)
  }
}
