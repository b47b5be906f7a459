/// The trials from which the samples of a forest's trees are drawn, in the order of their positions on each axis.
struct ForestSource {
  private let axes: [ForestImportance.Axis]
  private let columns: [[Double]]
  private let orders: [[Int]]
  private let values: [Double]

  init(_ axes: [ForestImportance.Axis], _ trials: [ForestImportance.Trial]) {
    self.axes = axes
    values = trials.map(\.value)
    columns = axes.indices.map { axis in
      trials.map { trial in
        guard let count = axes[axis].count else { return trial.positions[axis] }
        return (trial.positions[axis] + 0.5) / Double(count)
      }
    }
    orders = columns.map(\.order)
  }

  /// As many trials as there are, but at most `limit`, drawn with replacement; for axes of categories, also the place of each of
  /// them.
  func sample(limit: Int, using generator: inout SplitMix64) -> (sample: RegressionTree.Sample, places: [[Int]?]) {
    var drawn = [Double](repeating: 0, count: values.count)
    for _ in 0..<min(values.count, limit) { drawn[Int(generator.nextUniform() * Double(values.count))] += 1 }
    let chosen = drawn.indices.filter { drawn[$0] > 0 }
    var numbers = [Int](repeating: 0, count: values.count)
    for (number, trial) in chosen.enumerated() { numbers[trial] = number }
    var sample = RegressionTree.Sample(
      columns: columns.map { column in chosen.map { column[$0] } },
      orders: orders.map { order in order.filter { drawn[$0] > 0 }.map { numbers[$0] } },
      values: chosen.map { values[$0] }, weights: chosen.map { drawn[$0] }, stepCounts: axes.map { $0.count ?? 0 })
    let places = axes.indices.map { axis -> [Int]? in
      guard case .categories(let count) = axes[axis] else { return nil }
      return sample.arrangeCategories(of: axis, count: count)
    }
    return (sample, places)
  }
}

extension ForestImportance.Axis {
  /// The number of positions; `nil` if there is no limit.
  fileprivate var count: Int? {
    switch self {
    case .interval: nil
    case .steps(let count), .categories(let count): count
    }
  }
}

extension RegressionTree.Sample {
  /// Puts the categories of an axis in the order of their mean values, in which one threshold makes the best two sets of them.
  ///
  /// Source: Fisher, *On Grouping for Maximum Homogeneity*, 1958; Breiman et al. 1984, section 4.2.
  ///
  /// - Returns: The place of each category.
  fileprivate mutating func arrangeCategories(of axis: Int, count: Int) -> [Int] {
    let categories = columns[axis].map { min(Int($0 * Double(count)), count - 1) }
    var sums = [Double](repeating: 0, count: count)
    var totals = sums
    for (observation, category) in categories.enumerated() {
      sums[category] += weights[observation] * values[observation]
      totals[category] += weights[observation]
    }
    // A category that the sample lacks counts as average.
    let mean = sums.reduce(0, +) / totals.reduce(0, +)
    var places = [Int](repeating: 0, count: count)
    for (place, category) in zip(sums, totals).map({ $1 > 0 ? $0 / $1 : mean }).order.enumerated() {
      places[category] = place
    }
    columns[axis] = categories.map { (Double(places[$0]) + 0.5) / Double(count) }
    orders[axis] = columns[axis].order
    return places
  }
}

extension [Double] {
  /// The indices in ascending order of their elements.
  fileprivate var order: [Int] { indices.sorted { (self[$0], $0) < (self[$1], $1) } }
}
