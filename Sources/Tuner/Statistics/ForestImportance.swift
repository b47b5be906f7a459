/// The share of a metric's variance that each parameter explains, alone and in pairs, over a whole search space of which only some
/// points have been tried: a functional ANOVA of a random forest.
///
/// Each tree is grown on another sample of the trials, drawn with replacement, and predicts the metric everywhere in the space. The
/// predictions' variance over the space is then divided exactly. All points that a sampler without knowledge could draw count alike,
/// no matter where the trials are.
///
/// Source: Hutter, Hoos and Leyton-Brown, *An Efficient Approach for Assessing Hyperparameter Importance*, 2014. The
/// forest: Breiman, *Random Forests*, 2001, with all axes at each split.
package struct ForestImportance: Sendable, Equatable {
  /// The possible positions on an axis, which are equally likely.
  package enum Axis: Sendable, Equatable {
    /// All numbers from 0 to 1.
    case interval

    /// A number of ordered values, at 0, 1, 2, …
    case steps(Int)

    /// A number of values without an order, at 0, 1, 2, …
    case categories(Int)
  }

  /// A finished trial.
  package struct Trial: Sendable, Equatable {
    /// The position on each axis.
    package let positions: [Double]

    /// The metric.
    package let value: Double

    package init(positions: [Double], value: Double) {
      self.positions = positions
      self.value = value
    }
  }

  /// The effect of one axis, or the additional effect of two together.
  package struct Effect: Sendable, Equatable {
    /// One index or two.
    package let axes: [Int]

    /// The fraction of the variance, from 0 to 1: the mean over the trees.
    package let fraction: Double

    /// Where the fractions of 95 % of the trees are.
    package let interval: ConfidenceInterval
  }

  /// The main effects, in the order of the axes.
  package let mains: [Effect]

  /// The pairwise effects: first and second axis, first and third, and so on. Pairs that no tree uses together are left out.
  package let pairs: [Effect]

  /// The fraction of everything else: interactions of three or more axes, and chance.
  package let rest: Double

  /// For each axis, the predicted mean in each of its parts, see `partCount(of:)`.
  package let marginals: [[Double]]

  /// The number of trees. An interval leaves out the two smallest and the two largest fractions.
  package static let treeCount = 80

  /// The maximum number of trials in the sample of a tree; time is proportional to it.
  package static let largestSample = 2000

  /// The number of completed trials from which the answer is worth reading; see `docs/statistics.md`.
  package static func fewestTrials(axisCount: Int) -> Int { max(30, 5 * axisCount) }

  /// The minimum number of trials in a leaf, counted as often as they were drawn. With fewer, leaves learn more of the noise.
  static let smallestLeaf = 3.0

  /// The number of parts of an axis for which there are means: each value if there are few, otherwise five equal parts.
  package static func partCount(of axis: Axis) -> Int {
    switch axis {
    case .categories(let count): count
    case .steps(let count) where count <= 10: count
    case .steps, .interval: 5
    }
  }

  /// The result does not depend on the order of the trials. It takes 0.3 s for 2,000 trials on ten axes.
  ///
  /// - Parameters:
  ///   - trials: The trials; those with a value that is not finite are left out.
  ///   - seed: The seed of the samples.
  /// - Returns: `nil` if all values are equal, or if the trials are too few for any tree to have a split.
  package init?(axes: [Axis], trials: [Trial], seed: UInt64) {
    precondition(trials.allSatisfy { $0.positions.count == axes.count }, "a trial needs a position on each axis")
    let trials = trials.filter(\.value.isFinite).sorted(by: Self.isBefore)
    guard !trials.isEmpty, !axes.isEmpty else { return nil }
    let source = ForestSource(axes, trials)
    var fractions = [[Double]](repeating: [], count: axes.count)
    var pairFractions: [TreeVariance.Pair: [Double]] = [:]
    var marginals = axes.map { [Double](repeating: 0, count: Self.partCount(of: $0)) }
    var count = 0
    for number in 0..<Self.treeCount {
      var generator = SplitMix64(seed, 0x666F_7265, UInt64(number))  // "fore"
      let (sample, places) = source.sample(limit: Self.largestSample, using: &generator)
      let tree = RegressionTree(sample, smallestLeaf: Self.smallestLeaf, using: &generator)
      let variance = TreeVariance(of: tree, axisCount: axes.count)
      // The values of a small sample may all be equal.
      guard variance.total > 0 else { continue }
      count += 1
      for axis in axes.indices {
        fractions[axis].append(variance.axes[axis] / variance.total)
        for part in marginals[axis].indices {
          marginals[axis][part] +=
            variance.mean + variance.profiles[axis].mean(ofPart: places[axis]?[part] ?? part, of: marginals[axis].count)
        }
      }
      for (pair, part) in variance.pairs { pairFractions[pair, default: []].append(part / variance.total) }
    }
    guard count > 0 else { return nil }
    mains = axes.indices.map { Effect(axes: [$0], fractions[$0], treeCount: count) }
    pairs = pairFractions.map { Effect(axes: [$0.first, $0.second], $1, treeCount: count) }
      .sorted { ($0.axes[0], $0.axes[1]) < ($1.axes[0], $1.axes[1]) }
    rest = max(0, 1 - (mains + pairs).reduce(0) { $0 + $1.fraction })
    self.marginals = marginals.map { $0.map { $0 / Double(count) } }
  }

  private static func isBefore(_ first: Trial, _ second: Trial) -> Bool {
    for (first, second) in zip(first.positions, second.positions) where first != second { return first < second }
    return first.value < second.value
  }
}

extension ForestImportance.Effect {
  /// - Parameter fractions: Those that are not 0.
  fileprivate init(axes: [Int], _ fractions: [Double], treeCount: Int) {
    let sorted = ([Double](repeating: 0, count: treeCount - fractions.count) + fractions).sorted()
    let outside = treeCount / 40
    self.axes = axes
    fraction = sorted.mean
    interval = ConfidenceInterval(low: sorted[outside], high: sorted[treeCount - 1 - outside])
  }
}
