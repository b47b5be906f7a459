/// Philox 4x32-10, a random function of a key and a counter.
///
/// It has no state: the same key and counter always give the same four words, so a run can be resumed at any
/// step without a saved generator.
///
/// Source: Salmon et al., *Parallel Random Numbers: As Easy as 1, 2, 3*, 2011, section 4.3.
package struct Philox: Sendable, Equatable {
  package let key: (UInt32, UInt32)

  package init(key: UInt64) { self.key = (UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32)) }

  package static func == (a: Philox, b: Philox) -> Bool { a.key == b.key }

  /// Four words of 32 random bits.
  package func words(_ c0: UInt32, _ c1: UInt32, _ c2: UInt32, _ c3: UInt32) -> (UInt32, UInt32, UInt32, UInt32) {
    var (x0, x1, x2, x3) = (c0, c1, c2, c3)
    var (k0, k1) = key
    for _ in 0..<10 {
      let first = x0.multipliedFullWidth(by: 0xD251_1F53)
      let second = x2.multipliedFullWidth(by: 0xCD9E_8D57)
      (x0, x1, x2, x3) = (second.high ^ x1 ^ k0, second.low, first.high ^ x3 ^ k1, first.low)
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return (x0, x1, x2, x3)
  }
}

/// An endless sequence of random words, from `Philox` for one (stream, substream, epoch).
///
/// Three of the counter's words identify the sequence; the fourth counts.
package struct RandomStream: RandomNumberGenerator {
  private let philox: Philox
  private let name: (UInt32, UInt32, UInt32)
  private var counter: UInt32 = 0
  private var pending: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
  private var used = 4

  package init(_ philox: Philox, _ a: UInt32, _ b: UInt32, _ c: UInt32) {
    self.philox = philox
    name = (a, b, c)
  }

  /// The next 32 random bits.
  package mutating func nextWord() -> UInt32 {
    if used == 4 {
      pending = philox.words(counter, name.0, name.1, name.2)
      counter &+= 1
      used = 0
    }
    used += 1
    switch used {
    case 1: return pending.0
    case 2: return pending.1
    case 3: return pending.2
    default: return pending.3
    }
  }

  package mutating func next() -> UInt64 {
    let low = nextWord()
    return UInt64(nextWord()) << 32 | UInt64(low)
  }

  /// Uniform in [0, 1), in steps of 2⁻³².
  package mutating func nextUniform() -> Double { Double(nextWord()) * 0x1p-32 }

  /// Uniform in 0..<bound.
  ///
  /// This is the product's high word; its bias of bound / 2³² is below 2 · 10⁻⁵ for 65,536 items.
  package mutating func next(below bound: UInt32) -> UInt32 { nextWord().multipliedFullWidth(by: bound).high }
}
