/// A regression tree over the unit cube, as its leaves: boxes that together fill the cube, with a value each.
///
/// Source: Breiman, Friedman, Olshen and Stone, *Classification and Regression Trees*, 1984, chapter 8.
struct RegressionTree {
  /// The bounds of a box on one axis.
  struct Side {
    let axis: Int
    var low: Double
    var high: Double

    var width: Double { high - low }
  }

  struct Leaf {
    /// The axes on which the box is less than the whole unit interval.
    let sides: [Side]

    /// The mean of the sample in the box.
    let value: Double
  }

  /// The observations that a tree is grown on.
  struct Sample {
    /// For each axis, each observation's position from 0 to 1.
    var columns: [[Double]]

    /// For each axis, the observations in the order of their positions.
    var orders: [[Int]]

    var values: [Double]

    /// How often each observation counts, at least once.
    var weights: [Double]

    /// For each axis, the number of equal steps whose middles are the possible positions; 0 if any position is possible.
    var stepCounts: [Int]
  }

  private(set) var leaves: [Leaf] = []

  /// Splits boxes until the observations in each have the same value or the same position, or are too few.
  ///
  /// Takes time proportional to the number of axes times that of observations, for each level of the tree.
  ///
  /// - Parameters:
  ///   - smallestLeaf: The minimum weight of a leaf.
  ///   - generator: Chooses among equally good splits.
  init(_ sample: Sample, smallestLeaf: Double, using generator: inout SplitMix64) {
    var growth = Growth(sample, smallestLeaf: smallestLeaf)
    var open = [(range: sample.values.indices, sides: [Side]())]
    while let (range, sides) = open.popLast() {
      guard let split = growth.bestSplit(of: range, sides, using: &generator) else {
        leaves.append(Leaf(sides: sides, value: growth.mean(of: range)))
        continue
      }
      growth.partition(range, at: split)
      open.append((split.index..<range.upperBound, sides.narrowed(on: split.axis) { $0.low = split.threshold }))
      open.append((range.lowerBound..<split.index, sides.narrowed(on: split.axis) { $0.high = split.threshold }))
    }
  }
}

extension [RegressionTree.Side] {
  fileprivate func narrowed(on axis: Int, _ change: (inout RegressionTree.Side) -> Void) -> Self {
    var sides = self
    let index = firstIndex { $0.axis == axis }
    if index == nil { sides.append(RegressionTree.Side(axis: axis, low: 0, high: 1)) }
    change(&sides[index ?? sides.endIndex - 1])
    return sides
  }
}

/// The observations of a tree that is being grown: those of a node are a range of each axis's order.
private struct Growth {
  struct Split {
    let axis: Int
    let threshold: Double

    /// The first index of the upper part.
    let index: Int
  }

  private var sample: RegressionTree.Sample
  private let smallestLeaf: Double
  private var axes: [Int]
  private var isBelow: [Bool]
  private var above: [Int] = []

  init(_ sample: RegressionTree.Sample, smallestLeaf: Double) {
    self.sample = sample
    self.smallestLeaf = smallestLeaf
    axes = Array(sample.columns.indices)
    isBelow = [Bool](repeating: false, count: sample.values.count)
  }

  func mean(of range: Range<Int>) -> Double {
    let (sum, weight) = sums(of: range)
    return sum / weight
  }

  private func sums(of range: Range<Int>) -> (values: Double, weights: Double) {
    var (sum, weight) = (0.0, 0.0)
    for observation in sample.orders[0][range] {
      sum += sample.weights[observation] * sample.values[observation]
      weight += sample.weights[observation]
    }
    return (sum, weight)
  }

  /// The split that leaves the smallest sum of squares; `nil` if there is none.
  ///
  /// A node is split even if no single split explains anything, as at the root of an exclusive or.
  mutating func bestSplit(
    of range: Range<Int>, _ sides: [RegressionTree.Side], using generator: inout SplitMix64
  ) -> Split? {
    let first = sample.values[sample.orders[0][range.lowerBound]]
    guard sample.orders[0][range].contains(where: { sample.values[$0] != first }) else { return nil }
    let (sum, weight) = sums(of: range)
    // In another order at each node, so that no axis is preferred where gains are equal.
    axes.shuffle(using: &generator)
    var best: Split?
    var largest = -Double.infinity
    for axis in axes {
      let (order, column) = (sample.orders[axis], sample.columns[axis])
      var (sumBelow, weightBelow) = (0.0, 0.0)
      var position = column[order[range.lowerBound]]
      for index in range.dropFirst() {
        let previous = order[index - 1]
        sumBelow += sample.weights[previous] * (sample.values[previous] - sum / weight)
        weightBelow += sample.weights[previous]
        let next = column[order[index]]
        defer { position = next }
        guard next > position, weightBelow >= smallestLeaf, weight - weightBelow >= smallestLeaf else { continue }
        let gain = sumBelow * sumBelow / (weightBelow * (weight - weightBelow))
        guard gain > largest, let threshold = threshold(between: position, next, on: axis, sides) else { continue }
        (largest, best) = (gain, Split(axis: axis, threshold: threshold, index: index))
      }
    }
    return best
  }

  /// The middle between two positions, or the nearest end of a step; `nil` if rounding leaves no box on one side.
  private func threshold(
    between low: Double, _ high: Double, on axis: Int, _ sides: [RegressionTree.Side]
  ) -> Double? {
    let middle = low + (high - low) / 2
    let count = Double(sample.stepCounts[axis])
    let threshold = count > 0 ? (middle * count).rounded() / count : middle
    let side = sides.first { $0.axis == axis }
    return threshold > side?.low ?? 0 && threshold < side?.high ?? 1 ? threshold : nil
  }

  /// Moves the observations below the split to the beginning of the range, on each axis in their order.
  mutating func partition(_ range: Range<Int>, at split: Split) {
    for index in range { isBelow[sample.orders[split.axis][index]] = index < split.index }
    for axis in axes where axis != split.axis {
      above.removeAll(keepingCapacity: true)
      var end = range.lowerBound
      for index in range {
        let observation = sample.orders[axis][index]
        if isBelow[observation] {
          sample.orders[axis][end] = observation
          end += 1
        } else {
          above.append(observation)
        }
      }
      for (offset, observation) in above.enumerated() { sample.orders[axis][end + offset] = observation }
    }
  }
}
