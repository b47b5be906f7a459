/// Numbers texts by first appearance, without making a `String` of each.
///
/// The bytes of all texts lie one after the other; a hash table with linear probing holds their numbers.
struct TokenTable {
  /// How many different texts there are.
  private(set) var count = 0

  private var bytes: [UInt8] = []
  private var starts = [0]
  /// A power of two of them, at most half of them filled.
  private var slots = [Slot](repeating: Slot(), count: 1024)

  /// A place in the hash table.
  private struct Slot {
    /// Of a text of up to seven bytes: those and their count, so that equal keys are equal texts. Of a
    /// longer one: its hash, with a highest byte that is no such count.
    var key: UInt64 = 0

    /// The text's number + 1, or 0 where nothing lies.
    var place: Int32 = 0
  }

  /// The number of `source[start..<end]`, a new one if it was not there.
  mutating func intern(_ source: [UInt8], _ start: Int, _ end: Int) -> Int32 {
    let key = Self.key(source, start, end)
    let slot = slot(of: source, start, end, key)
    if slots[slot].place > 0 { return slots[slot].place - 1 }
    bytes += source[start..<end]
    starts.append(bytes.count)
    count += 1
    slots[slot] = Slot(key: key, place: Int32(count))
    if count * 2 > slots.count { grow() }
    return Int32(count - 1)
  }

  /// The text with a number, or `nil` if its bytes are not UTF-8.
  func text(of number: Int32) -> String? {
    String(validating: bytes[starts[Int(number)]..<starts[Int(number) + 1]], as: UTF8.self)
  }

  private func slot(of source: [UInt8], _ start: Int, _ end: Int, _ key: UInt64) -> Int {
    let mask = slots.count - 1
    var slot = Self.home(of: key) & mask
    while slots[slot].place > 0 {
      if slots[slot].key == key, end - start < 8 || holds(Int(slots[slot].place) - 1, source, start, end) { break }
      slot = (slot + 1) & mask
    }
    return slot
  }

  private func holds(_ number: Int, _ source: [UInt8], _ start: Int, _ end: Int) -> Bool {
    bytes[starts[number]..<starts[number + 1]].elementsEqual(source[start..<end])
  }

  private mutating func grow() {
    let old = slots
    slots = [Slot](repeating: Slot(), count: old.count * 2)
    let mask = slots.count - 1
    for entry in old where entry.place > 0 {
      var slot = Self.home(of: entry.key) & mask
      while slots[slot].place > 0 { slot = (slot + 1) & mask }
      slots[slot] = entry
    }
  }

  /// Where a key is looked for first, before masking: the upper half of a product (Knuth's golden ratio).
  private static func home(of key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key ^ key >> 29) &* 0x9E37_79B9_7F4A_7C15 >> 32)
  }

  /// The key of a text; of a long one made with FNV-1a in 64 bits.
  private static func key(_ source: [UInt8], _ start: Int, _ end: Int) -> UInt64 {
    if end - start < 8 {
      var key = UInt64(end - start)
      for index in start..<end { key = key << 8 | UInt64(source[index]) }
      return key
    }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in start..<end { hash = (hash ^ UInt64(source[index])) &* 0x0000_0100_0000_01B3 }
    return hash | 0xFF << 56
  }
}
