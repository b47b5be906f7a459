/// A pseudorandom permutation of the numbers from 0 up to `count`, computed one number at a time.
///
/// A Feistel network permutes the smallest domain of 2^(2w) numbers that contains them all. A number beyond `count` is
/// permuted again until it is below, which leaves a permutation of the rest; the domain is at most four times `count`,
/// so a number takes at most four passes on average.
///
/// Source: Black and Rogaway, *Ciphers with Arbitrary Finite Domains*, 2002 (cycle walking); Luby and
/// Rackoff, *How to Construct Pseudorandom Permutations*, 1988 (the network).
struct KeyedPermutation: Sendable {
  let count: Int
  private let seed: UInt64
  private let halfWidth: Int

  /// Four rounds give a strong permutation of a large domain. Domains of a few bits need more rounds to reach all
  /// permutations evenly; with eight, a chi-square test over the permutations of 3 and 4 elements finds no deviation.
  private static let roundCount: UInt64 = 8

  /// - Parameter count: From 1 to 2⁶².
  init(count: Int, seed: UInt64) {
    precondition(count > 0 && count <= 1 << 62, "a permutation of \(count) numbers")
    self.count = count
    self.seed = seed
    let width = Int.bitWidth - (count - 1).leadingZeroBitCount
    halfWidth = max(1, (width + 1) / 2)
  }

  /// The number at a position, both from 0 up to `count`.
  subscript(position: Int) -> Int {
    precondition((0..<count).contains(position), "position \(position) of \(count)")
    var number = UInt64(position)
    repeat { number = pass(number) } while number >= count
    return Int(number)
  }

  private func pass(_ number: UInt64) -> UInt64 {
    let mask: UInt64 = 1 << halfWidth - 1
    var (left, right) = (number >> halfWidth, number & mask)
    for round in 0..<Self.roundCount {
      var generator = SplitMix64(seed, RandomStream.order.rawValue, round, right)
      (left, right) = (right, left ^ (generator.next() & mask))
    }
    return left << halfWidth | right
  }
}
