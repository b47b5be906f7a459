import CSIMD

/// A dropout rate in the form used by the kernels.
///
/// An element is dropped if 16 random bits are below `threshold`, so the rate is rounded to a multiple of 2⁻¹⁶;
/// kept elements are scaled by the exact inverse of the rounded keep probability.
package struct DropoutRate: Sendable {
  /// 0…65535; 0 drops nothing.
  package let threshold: UInt32

  /// 1 / (keep probability).
  package let scale: Float

  /// - Parameter rate: At least 0 and less than 1.
  package init(_ rate: Double) {
    precondition(rate >= 0 && rate < 1, "a dropout rate of \(rate)")
    threshold = min(UInt32((rate * 65536).rounded()), 65535)
    scale = Float(65536 / Double(65536 - threshold))
  }

  /// Whether anything is dropped.
  package var isActive: Bool { threshold > 0 }

  /// Drops nothing.
  package static let none = DropoutRate(0)
}

/// The elements that dropout keeps: one bit each, 16 per word; every row starts with a new word.
package struct DropoutMask {
  /// Words per row.
  package private(set) var wordsPerRow: Int
  private(set) var words: [UInt16]

  /// Allocates space for `rows` rows of `columns` elements, or for any other shape with at most as many words.
  package init(rows: Int, columns: Int) {
    wordsPerRow = (columns + 15) / 16
    // A draw fills eight words at a time and may write past the last row.
    words = [UInt16](repeating: .max, count: rows * wordsPerRow + 8)
  }

  /// Changes the number of columns; bits drawn before become invalid.
  package mutating func reshape(columns: Int) { wordsPerRow = (columns + 15) / 16 }

  @inline(__always)
  func word(_ row: Int, _ lane: Int) -> UInt16 { words[row &* wordsPerRow &+ lane >> 4] }

  /// Draws the bits of `rows` rows, starting at `first`.
  ///
  /// They are a function of the key and of (`sample`, `site`, `epoch`) alone: Philox's counter runs
  /// over the words of these rows, 8 words per 16 counters. Later rows become invalid.
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
        // The last draw may overwrite words of the next rows, which are drawn later, or the slack at the end.
        unsafe drawKeptLanes(
          first: counter, sample, site, epoch, key: philox.key.0, philox.key.1, threshold: rate.threshold,
          into: base + at)
        counter += 16
      }
    }
  }
}

/// The backward pass of dropout alone: zeroes dropped elements and scales the rest.
///
/// - Parameter gradient: `[rows, width]`.
/// - Parameter result: `[rows, width]`, written; may be `gradient` itself.
/// - Parameter biasGradient: `[width]`, to which the result's column sums are added, or `nil`.
package func dropBackward(
  _ gradient: Matrix, _ mask: DropoutMask, _ rate: DropoutRate, into result: Matrix, addingBiasTo biasGradient: Row?
) {
  precondition(gradient.rows == result.rows && gradient.columns == result.columns)
  for lane in Lanes(count: gradient.columns) {
    var total = biasGradient?.load(lane) ?? .zero
    for index in 0..<gradient.rows {
      let dy = gradient[index].load(lane)
      let dx = rate.isActive ? keepLanes(mask.word(index, lane), of: dy) * rate.scale : dy
      result[index].store(dx, lane)
      total += dx
    }
    biasGradient?.store(total, lane)
  }
}
