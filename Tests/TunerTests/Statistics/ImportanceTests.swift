import Testing

@testable import Tuner

@Suite struct ImportanceTests {
  private let axes = [Importance.Axis(name: "layers", valueCount: 2), Importance.Axis(name: "size", valueCount: 3)]

  /// By layers and size, 1 2 6 / 3 4 2.
  ///
  ///     mean of all                         (1 + 2 + 6 + 3 + 4 + 2) / 6 = 3
  ///     total variance                      (4 + 1 + 9 + 0 + 1 + 1) / 6 = 16 / 6
  ///     layers: means 3, 3                  0
  ///     size: means 2, 3, 4                 (1 + 0 + 1) / 3 = 4 / 6
  ///     pair: what is left −1 −1 2 / 1 1 −2 (1 + 1 + 4 + 1 + 1 + 4) / 6 = 12 / 6
  private let table = [[1.0, 2, 6], [3, 4, 2]]

  private func trials(_ table: [[Double]]) -> [Importance.Trial] {
    table.indices.flatMap { row in
      table[row].indices.map { Importance.Trial(levels: [row, $0], values: [table[row][$0]]) }
    }
  }

  @Test func `A complete grid's variances are those computed by hand`() throws {
    let importance = try #require(Importance(axes: axes, trials: trials(table).reversed(), seed: 1))
    #expect(importance.isExact)
    #expect(
      importance.mains.map(\.axes) == [["layers"], ["size"]] && importance.pairs.map(\.axes) == [["layers", "size"]])
    expectClose(importance.mains.map(\.fraction) + importance.pairs.map(\.fraction), [0, 4.0 / 16, 12.0 / 16])
    expectClose(importance.marginals[0].compactMap(\.self), [3, 3])
    expectClose(importance.marginals[1].compactMap(\.self), [2, 3, 4])
    #expect(importance.rest < 1e-12 && importance.noise == nil && importance.mains[0].population == nil)
  }

  @Test func `Effects of three axes together are the rest`() throws {
    // y = a b c on {−1, 1}³ plus a: half and half.
    let signs = [-1.0, 1]
    let trials = (0..<8).map { cell in
      let levels = [cell & 1, cell >> 1 & 1, cell >> 2]
      let (a, b, c) = (signs[levels[0]], signs[levels[1]], signs[levels[2]])
      return Importance.Trial(levels: levels, values: [a * b * c + a])
    }
    let axes = ["a", "b", "c"].map { Importance.Axis(name: $0, valueCount: 2) }
    let importance = try #require(Importance(axes: axes, trials: trials, seed: 1))
    expectClose(importance.mains.map(\.fraction), [0.5, 0, 0])
    expectClose(importance.pairs.map(\.fraction) + [importance.rest], [0, 0, 0, 0.5])
  }

  @Test func `On a complete grid, least squares gives what marginal means give`() throws {
    // Each cell twice is complete too, but not one trial for each cell.
    var generator = SplitMix64(1)
    let axes = [("a", 3), ("b", 2), ("c", 4)].map { Importance.Axis(name: $0.0, valueCount: $0.1) }
    let once = (0..<24).map { cell in
      Importance.Trial(levels: [cell % 3, cell / 3 % 2, cell / 6], values: [generator.nextUniform()])
    }
    let exact = try #require(Importance(axes: axes, trials: once, seed: 1))
    let fitted = try #require(Importance(axes: axes, trials: once + once, seed: 1))
    #expect(exact.isExact && !fitted.isExact)
    expectClose(fitted.mains.map(\.fraction), exact.mains.map(\.fraction))
    expectClose(fitted.pairs.map(\.fraction), exact.pairs.map(\.fraction))
    expectClose(fitted.marginals.joined().compactMap(\.self), exact.marginals.joined().compactMap(\.self))
    expectClose([fitted.rest], [exact.rest])
  }

  @Test func `From a partial grid the effects of an additive metric are found`() throws {
    // y = 10 a + b over 3 × 4 × 2 without seven cells: variances 100 · 2/3 and 5/4.
    let axes = [("a", 3), ("b", 4), ("c", 2)].map { Importance.Axis(name: $0.0, valueCount: $0.1) }
    var trials = (0..<24).map { cell in
      let levels = [cell / 8, cell / 2 % 4, cell % 2]
      return Importance.Trial(levels: levels, values: [10 * Double(levels[0]) + Double(levels[1])])
    }
    for cell in [20, 17, 10, 9, 3] { trials.remove(at: cell) }
    trials[4] = Importance.Trial(levels: trials[4].levels, values: [.nan])
    trials[5] = Importance.Trial(levels: trials[5].levels, values: [])
    let importance = try #require(Importance(axes: axes, trials: trials, seed: 1))
    let total = 200.0 / 3 + 1.25
    #expect(!importance.isExact && importance.pairs.isEmpty)
    expectClose(importance.mains.map(\.fraction) + [importance.rest], [200 / 3 / total, 1.25 / total, 0, 0])
    expectClose(importance.marginals[0].compactMap(\.self), [1.5, 11.5, 21.5])
  }

  @Test func `Pairs are fitted where the trials tell them`() throws {
    // y = a b over {−1, 1}⁵ without three cells.
    let axes = (0..<5).map { Importance.Axis(name: "\($0)", valueCount: 2) }
    let trials = (0..<29).map { cell in
      let levels = (0..<5).map { cell >> $0 & 1 }
      return Importance.Trial(levels: levels, values: [Double((2 * levels[0] - 1) * (2 * levels[1] - 1))])
    }
    let importance = try #require(Importance(axes: axes, trials: trials, seed: 1))
    expectClose(importance.pairs.map(\.fraction), [1] + [Double](repeating: 0, count: 9))
    #expect(!importance.isExact)
  }

  @Test func `A value that no trial has leaves a smaller grid and has no mean`() throws {
    let importance = try #require(
      Importance(axes: [axes[0], Importance.Axis(name: "size", valueCount: 4)], trials: trials(table), seed: 1))
    #expect(!importance.isExact && importance.marginals[1].last == .some(nil))
    expectClose(importance.mains.map(\.fraction), [0, 4.0 / 16])
  }

  @Test func `Axes that change together are not told apart`() {
    let diagonal = (0..<2).map { Importance.Trial(levels: [$0, $0], values: [Double($0)]) }
    #expect(Importance(axes: axes, trials: diagonal, seed: 1) == nil)
    #expect(Importance(axes: axes, trials: [], seed: 1) == nil)
  }

  @Test func `Equal trials have no variance to explain`() throws {
    let importance = try #require(Importance(axes: axes, trials: trials([[1, 1, 1], [1, 1, 1]]), seed: 1))
    #expect(importance.mains.map(\.fraction) == [0, 0] && importance.rest == 0)
  }

  @Test func `Intervals over users hold the true fractions, also small ones, and know noise`() throws {
    let axes = [Importance.Axis(name: "a", valueCount: 3), Importance.Axis(name: "b", valueCount: 2)]
    let cells = (0..<6).map { [$0 / 2, $0 % 2] }
    // a: 0, 0.1, 0.2; b: 0, 0.02. Variances 0.02 / 3 and 0.0001, no pair.
    let rates = cells.map { 0.2 + 0.1 * Double($0[0]) + 0.02 * Double($0[1]) }
    let total = 0.02 / 3 + 0.0001
    var covered = [0, 0, 0]
    for seed in 0..<40 as Range<UInt64> {
      let values = Simulation.values("hit@10", rates: rates, users: 300, shared: 0.5, seed: seed)
      let importance = try #require(
        Importance(axes: axes, trials: zip(cells, values).map { Importance.Trial(levels: $0, values: $1) }, seed: seed))
      for (index, (effect, truth)) in zip(importance.mains + importance.pairs, [0.02 / 3 / total, 0.0001 / total, 0])
        .enumerated()
      {
        let interval = try #require(effect.population).interval
        if interval.low <= truth, truth <= interval.high { covered[index] += 1 }
      }
      #expect(try #require(importance.noise) < 0.5)
    }
    // Of 40, 38 expected; fewer than 34 happen once in 70 times or less.
    #expect(covered.allSatisfy { $0 >= 34 })

    let equal = Simulation.values("hit@10", rates: cells.map { _ in 0.3 }, users: 300, shared: 0.5, seed: 1)
    let trials = zip(cells, equal).map { Importance.Trial(levels: $0, values: $1) }
    #expect(try #require(Importance(axes: axes, trials: trials, seed: 1)?.noise) > 0.4)
  }

  private func expectClose(_ values: [Double], _ expected: [Double], sourceLocation: SourceLocation = #_sourceLocation)
  {
    let isClose = values.count == expected.count && zip(values, expected).allSatisfy { abs($0 - $1) < 1e-9 }
    #expect(isClose, "\(values) is not \(expected)", sourceLocation: sourceLocation)
  }
}
