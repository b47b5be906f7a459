import Literals
import Testing

/// Values at random, from a seed, and every notation that they are written in.
@Suite struct RoundTripTests {
  /// Numbers that only depend on their seed (Steele, Lea and Flood's SplitMix64, 2014).
  private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  private static func text(_ generator: inout SplitMix) -> String {
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...6, using: &generator) {
      let telling: [Unicode.Scalar] = [
        "'", "\"", "\\", "\n", "\0", "#", "[", ",", ":", " ", "\u{301}", "\u{9B}", "\u{202E}",
      ]
      let plain = Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &generator)) ?? "a"
      text.append(Bool.random(using: &generator) ? plain : telling.randomElement(using: &generator) ?? "a")
    }
    return String(text)
  }

  private static func value(depth: Int, _ generator: inout SplitMix) -> Literal {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
    case 0: return .null
    case 1: return .boolean(Bool.random(using: &generator))
    case 2: return .integer(Int(truncatingIfNeeded: generator.next()) >> Int.random(in: 0..<64, using: &generator))
    case 3:
      let number = Double(bitPattern: generator.next())
      return .number(number.isNaN ? 0.5 : number)
    case 4: return .number((Double.random(in: -1e6...1e6, using: &generator) * 1e3).rounded() / 1e3)
    case 5: return .text(text(&generator))
    case 6:
      return .list((0..<Int.random(in: 0...4, using: &generator)).map { _ in value(depth: depth - 1, &generator) })
    default:
      var values: [String: Literal] = [:]
      for _ in 0..<Int.random(in: 0...4, using: &generator) {
        values[text(&generator)] = value(depth: depth - 1, &generator)
      }
      return .map(values)
    }
  }

  @Test(arguments: 0..<20)
  func `A value reads back from every notation`(seed: UInt64) throws {
    var generator = SplitMix(state: seed)
    for _ in 0..<500 {
      let value = Self.value(depth: 4, &generator)
      #expect(try Literal(parsing: value.python) == value)
      #expect(try Literal(parsing: value.exactJSON, as: .configuration) == value)
      #expect(try Literal(parsing: value.canonical).canonical == value.canonical)
      #expect(value.python.unicodeScalars.allSatisfy { !$0.isInvisible })
      #expect(value.exactJSON.unicodeScalars.allSatisfy { !$0.isInvisible })
    }
  }
}
