import Foundation

/// A density over the points of a space: a mixture of one kernel around each observed point, and a prior kernel.
///
/// For a point *x* and kernels with weights *wₖ*, multivariate over all parameters:
///
///     p(x) = Σₖ wₖ · Πₐ κ(xₐ; cₖₐ, hₖₐ)
///
/// On an interval, κ is a normal density truncated at 0 and 1; over steps, its mass on a step's share; over categories, most
/// of the mass is on the observed one and the rest is uniform. The prior is κ(·; ½, 1), or uniform over categories.
///
/// Sources: Watanabe, *Tree-Structured Parzen Estimator*, 2023, <https://arxiv.org/abs/2304.11127>, section 3 (the
/// product, the kernels, the prior and the minimum width); Bergstra et al., *Algorithms for Hyper-Parameter
/// Optimization*, 2011, section 4.2 (widths from neighbors). As in Optuna, the mass of an observed category tends to 1
/// with more points.
struct ParzenEstimator {
  private let axes: [Axis]
  private var kernels: [Kernel]

  /// For each axis, the logarithm of a kernel's mass on its own category, and on each other category.
  private let categories: [(same: Double, other: Double)]

  /// A component of the mixture; a center is `nil` for the prior on an axis of categories.
  private struct Kernel {
    var centers: [Double?]
    var widths: [Double]

    /// The sum of the weights up to and including this one.
    var cumulativeWeight: Double

    /// The logarithm of the weight divided by all constants of the densities.
    var logFactor: Double
  }

  /// - Parameter points: The points' coordinates along `axes`.
  /// - Parameter weights: The points' weights, 1 on average; the prior has weight 1.
  init(_ axes: [Axis], points: [[Double]], weights: [Double]) {
    self.axes = axes
    let count = Double(points.count + 1)
    categories = axes.map { axis in
      guard case .categories(let size) = axis else { return (0, 0) }
      let whole = 1 + Double(size) / count
      return (log((1 + 1 / count) / whole), log(1 / count / whole))
    }
    let widths = zip(axes.indices, axes).map { index, axis in Self.widths(points.map { $0[index] }, on: axis) }
    kernels = points.indices.map { point in
      Kernel(centers: points[point], widths: widths.map { $0[point] }, cumulativeWeight: 0, logFactor: 0)
    }
    kernels.append(
      Kernel(
        centers: axes.map { if case .categories = $0 { nil } else { 0.5 } }, widths: axes.map { _ in 1 },
        cumulativeWeight: 0, logFactor: 0))
    let total = weights.reduce(1, +)
    var sum = 0.0
    for (index, weight) in (weights + [1]).enumerated() {
      sum += weight / total
      kernels[index].cumulativeWeight = sum
      kernels[index].logFactor = log(weight / total) - logConstant(kernels[index])
    }
  }

  /// The width of each point's kernel: the distance to the farther of its neighbors, at least 0.03 and one step.
  ///
  /// The minimum is Watanabe's recommendation; 0.01 was worse on four of the six functions of
  /// `docs/samplers.md`. A kernel narrower than a step would ignore the step's neighbors.
  private static func widths(_ values: [Double], on axis: Axis) -> [Double] {
    var least = 0.03
    if case .steps(let count) = axis { least = max(least, 1 / Double(count)) }
    var widths = values.map { _ in 1.0 }
    guard values.count > 1 else { return widths }
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    for (rank, index) in order.enumerated() {
      let left = rank > 0 ? values[index] - values[order[rank - 1]] : 0
      let right = rank + 1 < order.count ? values[order[rank + 1]] - values[index] : 0
      widths[index] = max(left, right, least)
    }
    return widths
  }

  private func logConstant(_ kernel: Kernel) -> Double {
    axes.indices.reduce(0) { sum, axis in
      let width = kernel.widths[axis]
      switch (axes[axis], kernel.centers[axis]) {
      case (.categories(let size), nil): return sum + log(Double(size))
      case (.steps, let center?): return sum + log(mass(from: 0, to: 1, center, width))
      case (.interval, let center?): return sum + log(width * mass(from: 0, to: 1, center, width))
      default: return sum
      }
    }
  }

  /// The logarithm of the density, up to a constant shared by all estimators of the space.
  func logDensity(_ point: [Double]) -> Double {
    let logs = kernels.map { kernel in
      var sum = kernel.logFactor
      for axis in axes.indices {
        guard let center = kernel.centers[axis] else { continue }
        let width = kernel.widths[axis]
        switch axes[axis] {
        case .categories: sum += point[axis] == center ? categories[axis].same : categories[axis].other
        case .steps(let count):
          let half = 0.5 / Double(count)
          sum += log(mass(from: point[axis] - half, to: point[axis] + half, center, width))
        case .interval:
          let distance = (point[axis] - center) / width
          sum -= distance * distance / 2
        }
      }
      return sum
    }
    // The prior's component is finite everywhere, so the maximum is, too.
    let top = logs.reduce(-.infinity, max)
    return top + log(logs.reduce(0) { $0 + exp($1 - top) })
  }

  // MARK: - Drawing

  func draw(using generator: inout SplitMix64) -> [Double] {
    let fraction = generator.nextUniform()
    let kernel = kernels.first { fraction < $0.cumulativeWeight } ?? kernels[kernels.count - 1]
    return axes.indices.map { axis in
      switch (axes[axis], kernel.centers[axis]) {
      case (.categories(let size), let center):
        let isOther = center == nil || generator.nextUniform() < exp(categories[axis].other) * Double(size)
        let other = (generator.nextUniform() * Double(size)).rounded(.down)
        return isOther ? other : center ?? other
      case (.steps(let count), let center):
        let value = drawNormal(center ?? 0.5, kernel.widths[axis], using: &generator)
        return (min((value * Double(count)).rounded(.down), Double(count - 1)) + 0.5) / Double(count)
      case (.interval, let center): return drawNormal(center ?? 0.5, kernel.widths[axis], using: &generator)
      }
    }
  }

  /// A normal number from 0 to 1, by the Box–Muller method; other numbers are rejected.
  ///
  /// With a center in the interval and a width of at most 1, at least a third of the numbers are inside.
  private func drawNormal(_ center: Double, _ width: Double, using generator: inout SplitMix64) -> Double {
    while true {
      let radius = (-2 * log(1 - generator.nextUniform())).squareRoot()
      let value = center + width * radius * cos(2 * .pi * generator.nextUniform())
      if (0...1).contains(value) { return value }
    }
  }
}

/// The mass of a normal distribution on an interval.
private func mass(from low: Double, to high: Double, _ center: Double, _ width: Double) -> Double {
  let scale = width * 2.squareRoot()
  return (erf((high - center) / scale) - erf((low - center) / scale)) / 2
}
