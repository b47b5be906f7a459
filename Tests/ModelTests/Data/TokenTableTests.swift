import Testing

@testable import Model

@Suite struct TokenTableTests {
  /// Keys of texts that somebody chose: those that one table puts in one place, and those that differ in a few bits only.
  private static let chosen: [String: [UInt64]] = {
    let known = TokenTable()
    let keys = (1...400_000).map { UInt64($0) &* 0x9E37_79B9_7F4A_7C15 }
    return [
      "known": Array(keys.filter { known.home(of: $0) == 0 }.prefix(200)),
      "low": (0..<200).map { 0x0361_0000_0000_0000 | $0 },
      "middle": (0..<200).map { 0x0361_0000_0000_0000 | $0 << 29 },
      "high": (0..<200).map { 0x61 | $0 << 46 },
    ]
  }()

  @Test(arguments: ["known", "low", "middle", "high"])
  func `Texts that were chosen to lie in one place of a table lie scattered`(kind: String) throws {
    let keys = try #require(Self.chosen[kind])
    #expect(keys.count == 200)
    // One table may have bad luck.
    let places = (0..<4).map { _ in
      let table = TokenTable()
      return Set(keys.map(table.home)).count
    }
    #expect(places.max() ?? 0 > 50, "\(places)")
  }
}
