import CSIMD

/// A dropout rate, as the kernels apply it.
///
/// An element is dropped when 16 random bits are below `threshold`, so the rate is rounded to a multiple of 2⁻¹⁶;
/// what is kept is scaled by the exact inverse of the rounded probability to keep.
package struct DropoutRate: Sendable {
  /// 0…65535; 0 drops nothing.
  package let threshold: UInt32

  /// 1 / (probability to keep).
  package let scale: Float

  /// - Parameter rate: At least 0 and less than 1.
  package init(_ rate: Double) {
    precondition(rate >= 0 && rate < 1, "a dropout rate of \(rate)")
    threshold = min(UInt32((rate * 65536).rounded()), 65535)
    scale = Float(65536 / Double(65536 - threshold))
  }

  /// Whether anything is dropped at all.
  package var isActive: Bool { threshold > 0 }

  /// Drops nothing.
  package static let none = DropoutRate(0)
}

/// Which elements dropout keeps: a bit each, 16 to a word, every row starting a word of its own.
package struct DropoutMask {
  /// Words a row.
  package private(set) var wordsPerRow: Int
  private(set) var words: [UInt16]

  /// Room for `rows` rows of `columns` elements, or for any other shape of no more words.
  package init(rows: Int, columns: Int) {
    wordsPerRow = (columns + 15) / 16
    // A draw fills eight words at a time and may run past the last row.
    words = [UInt16](repeating: .max, count: rows * wordsPerRow + 8)
  }

  /// Changes the number of columns; what was drawn before is void.
  package mutating func reshape(columns: Int) { wordsPerRow = (columns + 15) / 16 }

  @inline(__always)
  func word(_ row: Int, _ lane: Int) -> UInt16 { words[row * wordsPerRow + lane / 16] }

  /// Draws the bits of `rows` rows from `first` on.
  ///
  /// They are a function of the key and of (`sample`, `site`, `epoch`) alone: Philox's counter runs
  /// over the words of these rows, 8 words for each 16 counters. The rows after these are void.
  package mutating func draw(
    rows: Int, from first: Int, rate: DropoutRate, _ philox: Philox, sample: UInt32, site: UInt32, epoch: UInt32
  ) {
    let start = first * wordsPerRow
    let end = start + rows * wordsPerRow
    precondition(end + 8 <= words.count, "dropout bits for rows \(first)..<\(first + rows)")
    unsafe words.withUnsafeMutableBufferPointer { words in
      guard let base = words.baseAddress else { return }
      var counter: UInt32 = 0
      for at in stride(from: start, to: end, by: 8) {
        // The last draw may run into the next rows' words, which are drawn later, or into the slack.
        unsafe drawKeptLanes(
          first: counter, sample, site, epoch, key: philox.key.0, philox.key.1, threshold: rate.threshold,
          into: base + at)
        counter += 16
      }
    }
  }
}
