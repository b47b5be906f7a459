/// The next multiple of 16.
package func roundedToLanes(_ count: Int) -> Int { (count + 15) / 16 * 16 }

/// 0, 16, 32, … below a count, or from another multiple of 16 on.
struct Lanes: Sequence, IteratorProtocol {
  private let count: Int
  private var first: Int

  @inline(__always)
  init(from first: Int = 0, count: Int) { (self.first, self.count) = (first, count) }

  @inline(__always)
  mutating func next() -> Int? {
    guard first < count else { return nil }
    // Not a stride, which checks each sum for an overflow.
    defer { first &+= 16 }
    return first
  }
}
