/// Numbers texts by first appearance, without making a `String` of each.
///
/// The bytes of all texts lie one after the other. Small decimal numbers, which most ids are, find theirs
/// in an array; a hash table with linear probing holds those of all other texts.
struct TokenTable {
  /// How many different texts there are.
  private(set) var count = 0

  private var bytes: [UInt8] = []
  private var starts = [0]

  /// For each decimal number its text's number + 1, or 0; a power of two of them.
  private var placesByDecimal = [Int32](repeating: 0, count: 1024)
  private static let maximumDecimal = 1 << 20

  /// A power of two of them, at most half of them filled.
  private var slots = [Slot](repeating: Slot(), count: 1024)
  private var filledSlotCount = 0

  /// Odd, and another one in each table: who writes a file cannot know which texts lie in one place, which would make reading it
  /// take the square of its length. No number depends on it.
  private let secret = UInt64.random(in: .min ... .max) | 1

  /// A place in the hash table.
  private struct Slot {
    /// Of a text of up to seven bytes: those and their count, so that equal keys are equal texts. Of a
    /// longer one: its hash, with a highest byte that is no such count.
    var key: UInt64 = 0

    /// The text's number + 1, or 0 where nothing lies.
    var place: Int32 = 0
  }

  /// The number of the bytes from `start` to `end`, a new one if they were not there.
  @inline(__always)
  mutating func intern(_ source: Span<UInt8>, _ start: Int, _ end: Int) -> Int32 {
    if let decimal = Self.decimal(source, start, end) {
      if decimal < placesByDecimal.count, placesByDecimal[decimal] > 0 { return placesByDecimal[decimal] - 1 }
      return add(source, start, end, decimal: decimal)
    }
    return internByHash(source, start, end)
  }

  private mutating func internByHash(_ source: Span<UInt8>, _ start: Int, _ end: Int) -> Int32 {
    let key = key(source, start, end)
    let slot = slot(of: source, start, end, key)
    if slots[slot].place > 0 { return slots[slot].place - 1 }
    let number = add(source, start, end)
    slots[slot] = Slot(key: key, place: number + 1)
    filledSlotCount += 1
    if filledSlotCount * 2 > slots.count { grow() }
    return number
  }

  private mutating func add(_ source: Span<UInt8>, _ start: Int, _ end: Int, decimal: Int) -> Int32 {
    while decimal >= placesByDecimal.count { placesByDecimal += [Int32](repeating: 0, count: placesByDecimal.count) }
    let number = add(source, start, end)
    placesByDecimal[decimal] = number + 1
    return number
  }

  private mutating func add(_ source: Span<UInt8>, _ start: Int, _ end: Int) -> Int32 {
    for index in start..<end { bytes.append(source[index]) }
    starts.append(bytes.count)
    count += 1
    return Int32(count - 1)
  }

  /// The decimal number below `maximumDecimal` that a text is, in its one spelling without sign or zeros in front.
  @inline(__always)
  private static func decimal(_ source: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
    guard 1...7 ~= end - start, source[start] != UInt8(ascii: "0") else { return nil }
    var value = 0
    for index in start..<end {
      let digit = source[index] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int(digit)
    }
    return value < maximumDecimal ? value : nil
  }

  /// The text with a number, or `nil` if its bytes are not UTF-8.
  func text(of number: Int32) -> String? {
    String(validating: bytes[starts[Int(number)]..<starts[Int(number) + 1]], as: UTF8.self)
  }

  private func slot(of source: Span<UInt8>, _ start: Int, _ end: Int, _ key: UInt64) -> Int {
    let mask = slots.count - 1
    var slot = home(of: key)
    while slots[slot].place > 0 {
      if slots[slot].key == key, end - start < 8 || holds(Int(slots[slot].place) - 1, source, start, end) { break }
      slot = (slot + 1) & mask
    }
    return slot
  }

  private func holds(_ number: Int, _ source: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    guard starts[number + 1] - starts[number] == end - start else { return false }
    for offset in 0..<end - start where bytes[starts[number] + offset] != source[start + offset] { return false }
    return true
  }

  private mutating func grow() {
    let old = slots
    slots = [Slot](repeating: Slot(), count: old.count * 2)
    let mask = slots.count - 1
    for entry in old where entry.place > 0 {
      var slot = home(of: entry.key)
      while slots[slot].place > 0 { slot = (slot + 1) & mask }
      slots[slot] = entry
    }
  }

  /// Where a key is looked for first: the highest bits of a product, which depend on all bits of the key (multiplicative hashing,
  /// Dietzfelbinger et al., 1997).
  func home(of key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* secret) >> UInt64(64 - slots.count.trailingZeroBitCount))
  }

  /// The key of a text; of a long one made with FNV-1a in 64 bits from a start of its own.
  private func key(_ source: Span<UInt8>, _ start: Int, _ end: Int) -> UInt64 {
    if end - start < 8 {
      var key = UInt64(end - start)
      for index in start..<end { key = key << 8 | UInt64(source[index]) }
      return key
    }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ secret
    for index in start..<end { hash = (hash ^ UInt64(source[index])) &* 0x0000_0100_0000_01B3 }
    return hash | 0xFF << 56
  }
}
