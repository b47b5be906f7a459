import Foundation
import Testing

@testable import Tuner

@Suite struct ForestImportanceTests {
  private typealias Axis = ForestImportance.Axis
  private typealias Trial = ForestImportance.Trial

  private static func trials(
    _ count: Int, _ axisCount: Int, seed: UInt64 = 1, _ value: ([Double]) -> Double
  ) -> [Trial] {
    var generator = SplitMix64(seed)
    return (0..<count).map { _ in
      let positions = (0..<axisCount).map { _ in generator.nextUniform() }
      return Trial(positions: positions, value: value(positions))
    }
  }

  private static func forest(_ axes: [Axis], _ trials: [Trial]) throws -> ForestImportance {
    try #require(ForestImportance(axes: axes, trials: trials, seed: 0))
  }

  private static func fraction(_ forest: ForestImportance, _ first: Int, _ second: Int) -> Double {
    forest.pairs.first { $0.axes == [first, second] }?.fraction ?? 0
  }

  // MARK: - The exact decomposition

  @Test func `On complete grids, a forest agrees with the exact decomposition`() throws {
    let functions: [([Double]) -> Double] = [
      { sin($0[0]) + 0.3 * $0[1] + 0.2 * $0[0] * $0[2] },
      { -($0[0] - 4) * ($0[0] - 4) * (1 + 0.2 * $0[1]) + 3 * $0[2] },
      { $0[2] == 3 ? 2 : $0[1] > 2 ? 1 + 0.1 * $0[0] : 0 },
    ]
    let sizes = [8, 6, 5]
    for function in functions {
      let cells = (0..<240).map { [$0 / 30, $0 / 5 % 6, $0 % 5] }
      let exact = try #require(
        Importance(
          axes: sizes.enumerated().map { Importance.Axis(name: "\($0)", valueCount: $1) },
          trials: cells.map { Importance.Trial(levels: $0, values: [function($0.map(Double.init))]) }, seed: 0))
      let trials = cells.map { Trial(positions: $0.map(Double.init), value: function($0.map(Double.init))) }
      for axes in [sizes.map(Axis.steps), sizes.map(Axis.categories)] {
        let forest = try Self.forest(axes, trials)
        for (effect, exact) in zip(forest.mains, exact.mains) { #expect(abs(effect.fraction - exact.fraction) < 0.05) }
        for (index, pair) in [[0, 1], [0, 2], [1, 2]].enumerated() {
          #expect(abs(Self.fraction(forest, pair[0], pair[1]) - exact.pairs[index].fraction) < 0.05)
        }
        #expect(forest.rest < exact.rest + 0.05)
        for (axis, means) in exact.marginals.enumerated() {
          let spread = (means.compactMap(\.self).max() ?? 0) - (means.compactMap(\.self).min() ?? 0)
          for (mean, exact) in zip(forest.marginals[axis], means) {
            #expect(abs(mean - (exact ?? .nan)) < 0.2 * spread)
          }
        }
      }
    }
  }

  @Test func `An effect of two categories together is a pair's, whatever their order`() throws {
    let trials = (0..<120).map { number in
      let positions = [Double(number % 4), Double(number / 4 % 3), Double(number / 12 % 2)]
      return Trial(positions: positions, value: (positions[0] == 1) == (positions[2] == 1) ? 1 : 0)
    }
    let forest = try Self.forest([.categories(4), .categories(3), .categories(2)], trials)
    // On {1 of 4} × {1 of 2}: the variance is 1/4, the pair's share of it 3/4, the rest of it that of the second.
    #expect(abs(Self.fraction(forest, 0, 2) - 0.75) < 0.05 && abs(forest.mains[2].fraction - 0.25) < 0.05)
    #expect(forest.mains[1].fraction < 0.01 && forest.mains[0].fraction < 0.05)
  }

  // MARK: - Optuna

  /// Optuna 5.0.0 with 64 trees, mean of five seeds: `scripts/compare-importance`, which draws the same trials.
  @Test func `Single effects are those that Optuna finds in the same trials`() throws {
    let waves = Self.trials(200, 3) { sin(2 * .pi * $0[0]) * (0.5 + $0[1]) + $0[2] }
    let first = try Self.forest([Axis](repeating: .interval, count: 3), waves)
    // The largest difference of Optuna's own seeds is 0.01; its leaves may have a single trial.
    for (effect, optuna) in zip(first.mains, [0.7937, 0.0035, 0.1083]) { #expect(abs(effect.fraction - optuna) < 0.03) }

    let network = Self.trials(200, 3) { positions in
      let (distance, layers) = (4 * positions[0] - 2, 1 + (4 * positions[2]).rounded(.down))
      return exp(-distance * distance / 2) * (0.5 + 0.1 * layers) - 0.3 * 0.6 * positions[1]
    }.map {
      Trial(positions: [$0.positions[0], $0.positions[1], (4 * $0.positions[2]).rounded(.down)], value: $0.value)
    }
    let second = try Self.forest([.interval, .interval, .steps(4)], network)
    for (effect, optuna) in zip(second.mains, [0.8490, 0.0273, 0.0507]) {
      #expect(abs(effect.fraction - optuna) < 0.03)
    }
  }

  // MARK: - Properties

  @Test func `The order of the trials changes nothing, and neither does a second time`() throws {
    let axes: [Axis] = [.interval, .steps(3), .categories(4)]
    let trials = Self.trials(150, 3) { $0[0] * $0[1] + $0[2] }.map { trial in
      let positions = [
        trial.positions[0], (3 * trial.positions[1]).rounded(.down), (4 * trial.positions[2]).rounded(.down),
      ]
      return Trial(positions: positions, value: trial.value)
    }
    let forest = try Self.forest(axes, trials)
    var generator = SplitMix64(5)
    #expect(try Self.forest(axes, trials) == forest)
    #expect(try Self.forest(axes, trials.shuffled(using: &generator)) == forest)
    #expect(try #require(ForestImportance(axes: axes, trials: trials, seed: 1)) != forest)
  }

  @Test(arguments: 0..<6 as Range<UInt64>)
  func `Fractions add up to 1, and a parameter without effect has nearly none`(seed: UInt64) throws {
    let trials = Self.trials(200, 4, seed: seed) { sin(5 * $0[0]) + $0[1] * $0[2] }
    let forest = try Self.forest([Axis](repeating: .interval, count: 4), trials)
    let effects = forest.mains + forest.pairs
    let sum = effects.reduce(forest.rest) { $0 + $1.fraction }
    #expect(abs(sum - 1) < 1e-9)
    #expect(effects.allSatisfy { $0.fraction >= 0 && 0 <= $0.interval.low && $0.interval.high <= 1 })
    #expect(effects.allSatisfy { $0.interval.low <= $0.interval.high })
    #expect(forest.mains[3].fraction < 0.01)
    #expect(forest.mains[0].fraction > 0.7)
  }

  @Test func `Points that could be drawn count alike, wherever the trials are`() throws {
    // Half of the trials are where nothing but the second axis matters, in a hundredth of the space.
    let trials = Self.trials(400, 2) { $0[0] < 0.01 ? 0 : $0[0] }.enumerated().map { index, trial in
      guard index % 2 == 0 else { return trial }
      let positions = [trial.positions[0] / 100, trial.positions[1]]
      return Trial(positions: positions, value: trial.positions[1])
    }
    #expect(try Self.forest([.interval, .interval], trials).mains[0].fraction > 0.9)
  }

  @Test func `More trials than a tree takes are sampled`() throws {
    let trials = Self.trials(5000, 2) { $0[0] + 0.5 * $0[1] }
    let forest = try Self.forest([.interval, .interval], trials)
    #expect(abs(forest.mains[0].fraction - 0.8) < 0.03 && abs(forest.mains[1].fraction - 0.2) < 0.03)
    for (mean, exact) in zip(forest.marginals[0], [0.35, 0.55, 0.75, 0.95, 1.15]) { #expect(abs(mean - exact) < 0.03) }
  }

  @Test func `Without trials that differ there is nothing to divide`() throws {
    let axes: [Axis] = [.interval, .steps(2)]
    #expect(ForestImportance(axes: axes, trials: [], seed: 0) == nil)
    #expect(ForestImportance(axes: [], trials: [Trial(positions: [], value: 1)], seed: 0) == nil)
    let equal = (0..<40).map { Trial(positions: [Double($0) / 40, Double($0 % 2)], value: 3) }
    #expect(ForestImportance(axes: axes, trials: equal, seed: 0) == nil)
    // Positions so close that no number is between them.
    let close = (0..<40).map { Trial(positions: [$0 < 20 ? 0 : Double.leastNonzeroMagnitude, 0], value: Double($0)) }
    #expect(ForestImportance(axes: axes, trials: close, seed: 0) == nil)
    let finite = Self.trials(50, 2) { $0[0] }.map { Trial(positions: [$0.positions[0], 0], value: $0.value) }
    let more = finite + [.nan, .infinity].map { Trial(positions: [0.5, 1], value: $0) }
    #expect(try Self.forest(axes, more) == Self.forest(axes, finite))
  }

  // MARK: - Trees

  @Test func `A tree's variance is divided as a sum over all cells between its thresholds divides it`() throws {
    let counts = [0, 4, 0]
    let observations = Self.trials(40, 3, seed: 3) { $0[0] * $0[1] + ($0[2] > 0.5 ? $0[0] : 0) }.map { trial in
      ([trial.positions[0], ((4 * trial.positions[1]).rounded(.down) + 0.5) / 4, trial.positions[2]], trial.value)
    }
    let columns = (0..<3).map { axis in observations.map { $0.0[axis] } }
    var generator = SplitMix64(4)
    let tree = RegressionTree(
      RegressionTree.Sample(
        columns: columns, orders: columns.map { column in column.indices.sorted { column[$0] < column[$1] } },
        values: observations.map(\.1), weights: observations.indices.map { Double(1 + $0 % 2) }, stepCounts: counts),
      smallestLeaf: 3, using: &generator)
    let variance = TreeVariance(of: tree, axisCount: 3)

    let cuts = (0..<3).map { axis in
      Set(tree.leaves.flatMap(\.sides).filter { $0.axis == axis }.flatMap { [$0.low, $0.high] } + [0, 1]).sorted()
    }
    #expect(cuts[1].allSatisfy { [0, 0.25, 0.5, 0.75, 1].contains($0) })
    func value(_ cell: [Int]) -> Double {
      let middles = zip(cuts, cell).map { ($0[$1] + $0[$1 + 1]) / 2 }
      let leaves = tree.leaves.filter {
        $0.sides.allSatisfy { $0.low < middles[$0.axis] && middles[$0.axis] < $0.high }
      }
      #expect(leaves.count == 1)
      return leaves[0].value
    }
    var mean = 0.0
    var square = 0.0
    var singles = cuts.map { [Double](repeating: 0, count: $0.count - 1) }
    var pairs = [[Int]: Double]()
    for a in singles[0].indices {
      for b in singles[1].indices {
        for c in singles[2].indices {
          let cell = [a, b, c]
          let widths = zip(cuts, cell).map { $0[$1 + 1] - $0[$1] }
          let (value, volume) = (value(cell), widths[0] * widths[1] * widths[2])
          mean += volume * value
          square += volume * value * value
          for axis in 0..<3 { singles[axis][cell[axis]] += volume / widths[axis] * value }
          for (first, second) in [(0, 1), (0, 2), (1, 2)] {
            let key = [first, second, cell[first], cell[second]]
            pairs[key, default: 0] += volume / widths[first] / widths[second] * value
          }
        }
      }
    }
    func width(_ axis: Int, _ index: Int) -> Double { cuts[axis][index + 1] - cuts[axis][index] }
    let expected = singles.enumerated().map { axis, means in
      means.enumerated().reduce(0) { $0 + width(axis, $1.offset) * ($1.element - mean) * ($1.element - mean) }
    }
    #expect(abs(variance.mean - mean) < 1e-12 && abs(variance.total - (square - mean * mean)) < 1e-12)
    for axis in 0..<3 { #expect(abs(variance.axes[axis] - expected[axis]) < 1e-12) }
    for (first, second) in [(0, 1), (0, 2), (1, 2)] {
      let both = pairs.filter { $0.key[0] == first && $0.key[1] == second }.reduce(0) { sum, entry in
        let share = width(first, entry.key[2]) * width(second, entry.key[3])
        return sum + share * (entry.value - mean) * (entry.value - mean)
      }
      let pair = variance.pairs[TreeVariance.Pair(first: first, second: second)] ?? 0
      #expect(abs(pair - (both - expected[first] - expected[second])) < 1e-12)
    }
  }
}
