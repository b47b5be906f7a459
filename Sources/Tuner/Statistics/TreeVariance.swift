/// The variance of a regression tree's predictions over the unit cube, and the shares of single axes and of pairs.
///
/// A tree is a sum over its leaves, value c, volume V, on axis a the width wₐ and the indicator 1ₐ of the leaf's side. With a mean of 0,
/// the functional ANOVA's parts are
///
///     axis a:        Σ c V (1ₐ / wₐ − 1)
///     axes a and b:  Σ c V (1ₐ / wₐ − 1) (1_b / w_b − 1)
///
/// so leaves that span an axis contribute nothing to it. The parts are constant between the tree's thresholds, so their mean squares
/// are exact sums.
///
/// Source: Hutter, Hoos and Leyton-Brown, *An Efficient Approach for Assessing Hyperparameter Importance*, 2014,
/// section 3.
struct TreeVariance {
  /// Two axes, the first before the second.
  struct Pair: Hashable {
    let first: Int
    let second: Int
  }

  /// The predictions' mean, and their variance.
  let mean: Double
  let total: Double

  /// The variance explained by each axis, and by two axes in addition; pairs that no leaf's box is bounded on have none.
  private(set) var axes: [Double]
  private(set) var pairs: [Pair: Double] = [:]

  /// For each axis, its part as a function of the position.
  private(set) var profiles: [StepFunction]

  /// A function on the unit interval that is constant between cuts.
  struct StepFunction {
    /// From 0 to 1.
    var cuts = [0.0, 1]

    /// The value after each cut but the last.
    var values = [0.0]

    /// The mean over one of several equal parts of the interval.
    func mean(ofPart part: Int, of count: Int) -> Double {
      let (low, high) = (Double(part) / Double(count), Double(part + 1) / Double(count))
      var sum = 0.0
      for (index, value) in values.enumerated() {
        sum += value * max(0, min(high, cuts[index + 1]) - max(low, cuts[index]))
      }
      return sum / (high - low)
    }
  }

  /// A leaf's side in numbers of cuts.
  private struct Edge {
    let axis, low, high: Int
    let width: Double
  }

  init(of tree: RegressionTree, axisCount: Int) {
    let volumes = tree.leaves.map { $0.sides.reduce(1) { $0 * $1.width } }
    let mean = zip(tree.leaves, volumes).reduce(0) { $0 + $1.0.value * $1.1 }
    let terms = zip(tree.leaves, volumes).map { ($0.value - mean) * $1 }
    total = zip(tree.leaves, terms).reduce(0) { $0 + ($1.0.value - mean) * $1.1 }
    self.mean = mean
    var bounds = [[Double]](repeating: [0, 1], count: axisCount)
    for side in tree.leaves.lazy.flatMap(\.sides) { bounds[side.axis] += [side.low, side.high] }
    let cuts = bounds.map { bounds in
      let sorted = bounds.sorted()
      return sorted.indices.filter { $0 == 0 || sorted[$0 - 1] < sorted[$0] }.map { sorted[$0] }
    }
    let edges = tree.leaves.map { leaf in
      leaf.sides.map { side in
        Edge(
          axis: side.axis, low: cuts[side.axis].firstIndex(notBelow: side.low),
          high: cuts[side.axis].firstIndex(notBelow: side.high), width: side.width)
      }.sorted { $0.axis < $1.axis }
    }
    profiles = cuts.indices.map { StepFunction(cuts: cuts[$0], values: []) }
    axes = [Double](repeating: 0, count: axisCount)
    addAxes(edges, terms)
    addPairs(edges, terms)
  }

  private mutating func addAxes(_ edges: [[Edge]], _ terms: [Double]) {
    var steps = profiles.map { [Double](repeating: 0, count: $0.cuts.count) }
    var bounded = [Double](repeating: 0, count: axes.count)
    for (edges, term) in zip(edges, terms) {
      for edge in edges {
        steps[edge.axis][edge.low] += term / edge.width
        steps[edge.axis][edge.high] -= term / edge.width
        bounded[edge.axis] += term
      }
    }
    for axis in axes.indices {
      var value = -bounded[axis]
      profiles[axis].values = steps[axis].dropLast().map { step in
        value += step
        return value
      }
      for (index, value) in profiles[axis].values.enumerated() {
        axes[axis] += value * value * profiles[axis].width(index)
      }
    }
  }

  private mutating func addPairs(_ edges: [[Edge]], _ terms: [Double]) {
    var leaves = [[(leaf: Int, position: Int)]](repeating: [], count: axes.count)
    for (leaf, edges) in edges.enumerated() {
      for (position, edge) in edges.enumerated() { leaves[edge.axis].append((leaf, position)) }
    }
    var boxes = [[Box]](repeating: [], count: axes.count)
    for axis in axes.indices {
      for (leaf, position) in leaves[axis] {
        let first = edges[leaf][position]
        for second in edges[leaf][(position + 1)...] {
          boxes[second.axis].append(
            Box(first: first, second: second, density: terms[leaf] / (first.width * second.width)))
        }
      }
      for other in axes.indices.dropFirst(axis + 1) where !boxes[other].isEmpty {
        pairs[Pair(first: axis, second: other)] = Self.variance(of: boxes[other], profiles[axis], profiles[other])
        boxes[other].removeAll(keepingCapacity: true)
      }
    }
  }

  /// What a leaf adds to the function of two axes within its box.
  private struct Box {
    let first, second: Edge
    let density: Double
  }

  /// The mean square of a sum of boxes, without what depends on one of the two axes alone.
  private static func variance(of boxes: [Box], _ first: StepFunction, _ second: StepFunction) -> Double {
    let (height, width) = (first.cuts.count, second.cuts.count)
    var table = [Double](repeating: 0, count: height * width)
    for box in boxes {
      table[box.first.low * width + box.second.low] += box.density
      table[box.first.low * width + box.second.high] -= box.density
      table[box.first.high * width + box.second.low] -= box.density
      table[box.first.high * width + box.second.high] += box.density
    }
    var rows = [Double](repeating: 0, count: height - 1)
    var columns = [Double](repeating: 0, count: width - 1)
    var mean = 0.0
    for row in rows.indices {
      var sum = 0.0
      for column in columns.indices {
        sum += table[row * width + column]
        let value = row == 0 ? sum : sum + table[(row - 1) * width + column]
        table[row * width + column] = value
        rows[row] += value * second.width(column)
        columns[column] += value * first.width(row)
      }
      mean += rows[row] * first.width(row)
    }
    var variance = 0.0
    for row in rows.indices {
      var sum = 0.0
      for column in columns.indices {
        let rest = table[row * width + column] - rows[row] - columns[column] + mean
        sum += rest * rest * second.width(column)
      }
      variance += sum * first.width(row)
    }
    return variance
  }
}

extension TreeVariance.StepFunction {
  /// The width of a piece.
  fileprivate func width(_ index: Int) -> Double { cuts[index + 1] - cuts[index] }
}

extension [Double] {
  /// The first index, in ascending order, whose element is not below a value.
  fileprivate func firstIndex(notBelow value: Double) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = low + (high - low) / 2
      if self[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
