/// The next multiple of 16.
package func roundedToLanes(_ count: Int) -> Int { (count + 15) / 16 * 16 }

/// 0, 16, 32, … below a count.
struct Lanes: Sequence, IteratorProtocol {
  private let count: Int
  private var first = 0

  @inline(__always)
  init(count: Int) { self.count = count }

  @inline(__always)
  mutating func next() -> Int? {
    guard first < count else { return nil }
    // Not a stride, which checks each sum for an overflow.
    defer { first &+= 16 }
    return first
  }
}
