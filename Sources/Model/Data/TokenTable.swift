/// Numbers texts by first appearance, without creating a `String` for each.
///
/// The bytes of all texts are stored contiguously. Most ids are small decimal numbers, which are looked up in an
/// array; all other texts are in a hash table with linear probing.
struct TokenTable {
  /// The number of different texts.
  private(set) var count = 0

  private var bytes: [UInt8] = []
  private var starts = [0]

  /// For each decimal number, its text's number + 1, or 0. The count is a power of two.
  private var placesByDecimal = [Int32](repeating: 0, count: 1024)
  private static let maximumDecimal = 1 << 20

  /// The hash table's slots. The count is a power of two, and at most half of the slots are filled.
  private var slots = [Slot](repeating: Slot(), count: 1024)
  private var filledSlotCount = 0

  /// A random odd number that differs between tables, so that nobody can write a file whose texts collide, which would take quadratic
  /// time to read. No result depends on it.
  private let secret = UInt64.random(in: .min ... .max) | 1

  /// A place in the hash table.
  private struct Slot {
    /// For a text of up to seven bytes: the bytes and their count, so that equal keys mean equal texts. For a
    /// longer text: its hash, with a highest byte that is not such a count.
    var key: UInt64 = 0

    /// The text's number + 1, or 0 for an empty slot.
    var place: Int32 = 0
  }

  /// The number of the text from `start` to `end`; a new text gets a new number.
  @inline(__always)
  mutating func intern(_ source: Span<UInt8>, _ start: Int, _ end: Int) -> Int32 {
    if let decimal = Self.decimal(source, start, end) {
      if decimal < placesByDecimal.count, placesByDecimal[decimal] > 0 { return placesByDecimal[decimal] - 1 }
      return add(source, start, end, decimal: decimal)
    }
    return internByHash(source, start, end)
  }

  /// The number of the text from `start` to `end`, or `nil` if it has none.
  func number(_ source: Span<UInt8>, _ start: Int, _ end: Int) -> Int32? {
    if let decimal = Self.decimal(source, start, end) {
      let place = decimal < placesByDecimal.count ? placesByDecimal[decimal] : 0
      return place > 0 ? place - 1 : nil
    }
    let place = slots[slot(of: source, start, end, key(source, start, end))].place
    return place > 0 ? place - 1 : nil
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

  /// The text as a decimal number below `maximumDecimal`, if it is written without sign or leading zeros.
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

  /// The first slot to try for a key: the highest bits of a product, which depend on all bits of the key (multiplicative hashing,
  /// Dietzfelbinger et al., 1997).
  func home(of key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* secret) >> UInt64(64 - slots.count.trailingZeroBitCount))
  }

  /// The key of a text; for a long text, 64-bit FNV-1a with a start value of the table's own.
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
