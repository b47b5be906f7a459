import Testing

@testable import Tuner

@Suite struct PrunerTests {
  @Test(arguments: [
    (Pruner(.asha), 0, [nil, 1, 1, 3, 3, 3, 3, 3, 3, 9]),
    (
      Pruner(.asha, firstRung: 2, reductionFactor: 2), 0,
      [nil, nil, 2, 2, 4, 4, 4, 4, 8, 8]
    ),
    (Pruner(.hyperband, longest: 27), 1, [nil, nil, nil, 3, 3, 3, 3, 3, 3, 9]),
    (Pruner(.median, firstRung: 3), 0, [nil, nil, nil, 3, 4, 5, 6, 7, 8, 9]),
    (Pruner.none, 0, [nil, nil, nil, nil, nil, nil, nil, nil, nil, nil]),
  ])
  func `Rungs lie where the rule says`(pruner: Pruner, bracket: Int, rungs: [Int?]) {
    #expect((0...9).map { pruner.rung(at: $0, bracket: bracket) } == rungs)
    var passed: [Int] = []
    for case let rung? in rungs where passed.last != rung { passed.append(rung) }
    #expect(pruner.rungs(upTo: 9, bracket: bracket) == passed)
  }

  @Test func `Hyperband has the brackets of its paper, and trials come into them by their shares`() {
    // Li et al. 2018, table 1: R = 81 and η = 3 give five brackets of 81, 34, 15, 8 and 5 trials.
    let pruner = Pruner(.hyperband, longest: 81)
    #expect(pruner.bracketCount == 5)
    var counts = [0, 0, 0, 0, 0]
    for trial in 1...14_300 { counts[pruner.bracket(of: trial, seed: 3)] += 1 }
    for (count, share) in zip(counts, [81, 34, 15, 8, 5]) { #expect(abs(count - 100 * share) < 4 * 10 * share) }
    #expect((1...200).contains { pruner.bracket(of: $0, seed: 3) != pruner.bracket(of: $0, seed: 4) })
    #expect(Pruner(.asha, longest: 81).bracketCount == 1)
  }

  @Test(arguments: [
    Pruner.none, Pruner(.median, firstRung: 4), Pruner(.asha, firstRung: 2, reductionFactor: 4),
    Pruner(.hyperband, reductionFactor: 2, longest: 50, promotesEarly: true),
  ])
  func `The database's name of a rule gives the rule back`(pruner: Pruner) {
    #expect(Pruner(pruner.description) == pruner)
  }

  @Test func `What a rule does not use makes no other rule of it`() {
    #expect(Pruner(.asha, longest: 27) == Pruner(.asha, longest: 9))
    #expect(Pruner(.median, reductionFactor: 2, promotesEarly: true) == Pruner(.median))
    #expect(Pruner(.none, firstRung: 5) == .none)
    #expect(Pruner(.hyperband, longest: 27) != Pruner(.hyperband, longest: 9))
  }

  @Test(arguments: ["", "best", "asha first_rung=0", "asha reduction_factor=1", "asha speed=3"])
  func `Other names are none`(text: String) { #expect(Pruner(text) == nil) }

  @Test func `The work to be expected is that of successive halving`() {
    // Of 81 trials, 27 go from 1 to 3 epochs, 9 to 9 and 3 to 27.
    let expected = 243.0 / 2187
    #expect(abs(Pruner(.asha).expectedShare(epochs: 27) - expected) < 1e-12)
    #expect(Pruner.none.expectedShare(epochs: 27) == 1)
    #expect(Pruner(.median).expectedShare(epochs: 27) == 1)
    let hyperband = Pruner(.hyperband, longest: 27).expectedShare(epochs: 27)
    #expect(hyperband > expected && hyperband < 1)
  }
}
