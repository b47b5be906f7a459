/// The cells of a space whose parameters all have finitely many values, numbered with the last parameter varying fastest.
struct Cells: Sendable {
  let count: Int
  private let axes: [(name: String, values: FiniteValues)]

  /// Returns `nil` if a parameter is continuous, or if there are too many cells for an integer.
  init?(_ space: SearchSpace) {
    var axes: [(name: String, values: FiniteValues)] = []
    var count = 1
    for parameter in space.parameters {
      guard let values = FiniteValues(parameter.distribution) else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: values.count)
      // Up to this number, a permutation of the cells has a 64-bit domain.
      guard !overflow, product <= 1 << 62 else { return nil }
      count = product
      axes.append((parameter.name, values))
    }
    self.axes = axes
    self.count = count
  }

  subscript(index: Int) -> Hyperparameters {
    var rest = index
    var pairs: [Hyperparameters.Pair] = []
    for axis in axes.reversed() {
      pairs.append(Hyperparameters.Pair(name: axis.name, value: axis.values[rest % axis.values.count]))
      rest /= axis.values.count
    }
    return Hyperparameters(pairs.reversed())
  }
}
