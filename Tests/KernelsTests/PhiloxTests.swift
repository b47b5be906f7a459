import Kernels
import Testing

@Suite struct PhiloxTests {
  /// Source: `kat_vectors` of Random123, the program of Salmon et al., for philox4x32 of 10 rounds.
  private static let published: [(key: UInt64, counter: [UInt32], words: [UInt32])] = [
    (0, [0, 0, 0, 0], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
    (.max, [.max, .max, .max, .max], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
    (
      0x299f_31d0_a409_3822, [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
      [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
    ),
  ]

  @Test(arguments: published)
  func `The words are the published ones`(key: UInt64, counter: [UInt32], expected: [UInt32]) {
    let words = Philox(key: key).words(counter[0], counter[1], counter[2], counter[3])
    #expect([words.0, words.1, words.2, words.3] == expected)
  }
}

@Suite struct RandomStreamTests {
  @Test func `A stream is the words of Philox, counted up`() {
    let philox = Philox(key: 99)
    var stream = RandomStream(philox, 1, 2, 3)
    for counter in UInt32(0)..<3 {
      let words = philox.words(counter, 1, 2, 3)
      for word in [words.0, words.1, words.2, words.3] { #expect(stream.nextWord() == word) }
    }
    var again = RandomStream(philox, 1, 2, 3)
    let (low, high) = (philox.words(0, 1, 2, 3).0, philox.words(0, 1, 2, 3).1)
    #expect(again.next() == UInt64(high) << 32 | UInt64(low))
  }

  @Test func `A name or key of its own makes a sequence of its own`() {
    let names: [(UInt64, UInt32, UInt32, UInt32)] = [
      (9, 0, 0, 0), (8, 0, 0, 0), (9, 1, 0, 0), (9, 0, 1, 0), (9, 0, 0, 1),
    ]
    let firsts = names.map { name in
      var stream = RandomStream(Philox(key: name.0), name.1, name.2, name.3)
      return stream.next() as UInt64
    }
    #expect(Set(firsts).count == names.count)
  }

  @Test func `Uniform numbers have the moments of a uniform distribution`() {
    var stream = RandomStream(seed: 4)
    let draws = (0..<100_000).map { _ in stream.nextUniform() }
    #expect(draws.allSatisfy { $0 >= 0 && $0 < 1 })
    // The k-th moment is 1 / (k + 1), the variance of its estimate (1 / (2k + 1) − 1 / (k + 1)²) / n.
    expectMoment(1, of: draws, is: 1.0 / 2, variance: 1.0 / 12)
    expectMoment(2, of: draws, is: 1.0 / 3, variance: 1.0 / 5 - 1.0 / 9)
    expectMoment(3, of: draws, is: 1.0 / 4, variance: 1.0 / 7 - 1.0 / 16)
  }

  @Test func `Normal numbers have the moments of the standard normal distribution`() {
    var stream = RandomStream(seed: 5)
    let pairs = (0..<50_000).map { _ in stream.nextNormalPair() }
    let draws = pairs.flatMap { [$0.0, $0.1] }
    expectMoment(1, of: draws, is: 0, variance: 1)
    expectMoment(2, of: draws, is: 1, variance: 2)
    expectMoment(3, of: draws, is: 0, variance: 15)
    expectMoment(4, of: draws, is: 3, variance: 96)
    expectMoment(1, of: pairs.map { $0.0 * $0.1 }, is: 0, variance: 1)
  }

  @Test(arguments: [UInt32(1), 2, 7, 100])
  func `Integers below a bound are equally likely`(bound: UInt32) {
    var stream = RandomStream(seed: 6)
    let draws = 100_000
    var counts = [Int](repeating: 0, count: Int(bound))
    for _ in 0..<draws { counts[Int(stream.next(below: bound))] += 1 }
    let chance = 1 / Double(bound)
    let deviation = (Double(draws) * chance * (1 - chance)).squareRoot()
    for count in counts { #expect(abs(Double(count) - Double(draws) * chance) <= 5 * deviation) }
  }

  /// Expects the mean of the draws' powers within five standard deviations.
  private func expectMoment(
    _ power: Int, of draws: [Double], is expected: Double, variance: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let total = draws.reduce(0) { sum, draw in sum + (0..<power).reduce(1) { product, _ in product * draw } }
    let deviation = (variance / Double(draws.count)).squareRoot()
    #expect(abs(total / Double(draws.count) - expected) < 5 * deviation, sourceLocation: sourceLocation)
  }
}
