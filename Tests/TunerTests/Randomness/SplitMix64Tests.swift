import Testing

@testable import Tuner

@Suite struct SplitMix64Tests {
  @Test func `The same key gives the same numbers, another key others`() {
    var (first, second) = (SplitMix64(7, 1, 2), SplitMix64(7, 1, 2))
    #expect((0..<4).map { _ in first.next() } == (0..<4).map { _ in second.next() })
    let starts = [[1, 2], [2, 1], [0, 1], [1, 0], [0, 0]].map { key in
      var generator = SplitMix64(UInt64(key[0]), UInt64(key[1]))
      return generator.next()
    }
    #expect(Set(starts).count == starts.count)
  }

  @Test func `Uniform numbers fill the unit interval evenly`() {
    var generator = SplitMix64(3)
    var counts = [Int](repeating: 0, count: 10)
    for _ in 0..<100_000 { counts[Int(generator.nextUniform() * 10)] += 1 }
    // Four standard deviations of a binomial count are 380.
    #expect(counts.allSatisfy { abs($0 - 10_000) < 380 })
  }
}
