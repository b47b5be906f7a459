package import Kernels

/// The best items of a ranking: higher scores first, and of equal scores the lower id, as in the evaluation.
///
/// Padding and scores that are NaN are no candidates.
package struct TopItems: Sendable {
  /// An item and its score.
  package struct Entry: Sendable, Equatable {
    package let item: Int32
    package let score: Float
  }

  /// The best items so far, best first.
  package private(set) var entries: [Entry] = []

  private let capacity: Int

  /// The number of scores that are compared with the last entry at once: most have no better one, and are then skipped.
  private static let step = 64

  /// - Parameter capacity: The maximum number of entries, at least 1.
  package init(capacity: Int) {
    precondition(capacity > 0, "the best \(capacity) items")
    self.capacity = capacity
  }

  /// Adds the items of a row.
  ///
  /// - Parameter scores: `[items]`, for consecutive ids above those of all earlier rows; the score of padding is overwritten.
  /// - Parameter bias: `[items]`, added to the scores.
  /// - Parameter firstItem: The id of the row's first item.
  package mutating func add(_ scores: Row, bias: Row, firstItem: Int) {
    for start in stride(from: 0, to: scores.count, by: Self.step) {
      let count = min(Self.step, scores.count - start)
      let (own, ownBias) = (scores.slice(at: start, count: count), bias.slice(at: start, count: count))
      guard hasCandidates(own, bias: ownBias, firstItem: firstItem + start) else { continue }
      for index in 0..<count where firstItem + start + index > 0 {
        insert(Entry(item: Int32(firstItem + start + index), score: own[index] + ownBias[index]))
      }
    }
  }

  /// Whether any item of the row belongs to the entries.
  private func hasCandidates(_ scores: Row, bias: Row, firstItem: Int) -> Bool {
    guard entries.count == capacity, let last = entries.last else { return true }
    return countAbove(Int(last.item), score: last.score, in: scores, bias: bias, firstItem: firstItem) > 0
  }

  /// Adds an item whose id is above those of all entries.
  private mutating func insert(_ entry: Entry) {
    if entries.count == capacity {
      guard let last = entries.last, entry.score > last.score else { return }
      entries.removeLast()
    } else if entry.score.isNaN {
      return
    }
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].score >= entry.score { low = middle + 1 } else { high = middle }
    }
    entries.insert(entry, at: low)
  }
}
