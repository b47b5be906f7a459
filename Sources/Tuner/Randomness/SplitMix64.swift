/// A generator whose numbers are a function of a few integers, so that it has no state worth saving.
///
/// Source: Steele, Lea and Flood, *Fast Splittable Pseudorandom Number Generators*, 2014, figure 17.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  /// - Parameter key: What tells this stream from others: a seed, a purpose, a number. Order matters.
  init(_ key: UInt64...) {
    state = 0
    for part in key { state = Self.mix(state &+ Self.increment) ^ Self.mix(part &+ Self.increment) }
  }

  mutating func next() -> UInt64 {
    state &+= Self.increment
    return Self.mix(state)
  }

  /// A number from 0 up to, but not including, 1: a multiple of 2⁻⁵³.
  mutating func nextUniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
