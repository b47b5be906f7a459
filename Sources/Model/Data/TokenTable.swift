/// Numbers texts by first appearance, without making a `String` of each.
///
/// The bytes of all texts lie one after the other; a hash table with linear probing holds their numbers.
struct TokenTable {
  /// How many different texts there are.
  private(set) var count = 0

  private var bytes: [UInt8] = []
  private var starts = [0]
  private var hashes: [UInt32] = []
  /// Number + 1 of a text, or 0 where nothing lies; a power of two of them, at most half of them filled.
  private var slots = [Int32](repeating: 0, count: 1024)

  /// The number of `source[start..<end]`, a new one if it was not there.
  mutating func intern(_ source: [UInt8], _ start: Int, _ end: Int) -> Int32 {
    let hash = Self.hash(source, start, end)
    let slot = slot(of: source, start, end, hash)
    if slots[slot] > 0 { return slots[slot] - 1 }
    bytes += source[start..<end]
    starts.append(bytes.count)
    hashes.append(hash)
    count += 1
    slots[slot] = Int32(count)
    if count * 2 > slots.count { grow() }
    return Int32(count - 1)
  }

  /// The number of a text, or `nil` if it is not there.
  func number(of text: String) -> Int32? {
    let source = Array(text.utf8)
    let number = slots[slot(of: source, 0, source.count, Self.hash(source, 0, source.count))]
    return number > 0 ? number - 1 : nil
  }

  /// The text with a number, or `nil` if its bytes are not UTF-8.
  func text(of number: Int32) -> String? {
    String(validating: bytes[starts[Int(number)]..<starts[Int(number) + 1]], as: UTF8.self)
  }

  private func slot(of source: [UInt8], _ start: Int, _ end: Int, _ hash: UInt32) -> Int {
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while slots[slot] > 0, !holds(Int(slots[slot]) - 1, source, start, end, hash) { slot = (slot + 1) & mask }
    return slot
  }

  private func holds(_ number: Int, _ source: [UInt8], _ start: Int, _ end: Int, _ hash: UInt32) -> Bool {
    let own = starts[number]
    guard hashes[number] == hash, starts[number + 1] - own == end - start else { return false }
    for offset in 0..<end - start where bytes[own + offset] != source[start + offset] { return false }
    return true
  }

  private mutating func grow() {
    slots = [Int32](repeating: 0, count: slots.count * 2)
    let mask = slots.count - 1
    for number in 0..<count {
      var slot = Int(hashes[number]) & mask
      while slots[slot] > 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(number + 1)
    }
  }

  /// FNV-1a in 64 bits, folded.
  private static func hash(_ source: [UInt8], _ start: Int, _ end: Int) -> UInt32 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in start..<end { hash = (hash ^ UInt64(source[index])) &* 0x0000_0100_0000_01B3 }
    hash ^= hash >> 32
    return UInt32(truncatingIfNeeded: hash &* 0x9E37_79B9_7F4A_7C15 >> 32)
  }
}
