/// How often each item stands in the lists of some rankings: all that metrics over lists need of them.
///
/// The list of a ranking at a cut-off k has its first k items, or all of them if it has fewer. Counts are whole numbers, so their sums do
/// not depend on the order of the rankings.
package struct ListCounts: Sendable, Equatable {
  package let cutoffs: [Int]

  /// `[cutoffs, items]`; an item's id is its index.
  package private(set) var counts: [[Int]]

  /// - Parameter itemCount: The number of items, including padding.
  package init(cutoffs: [Int], itemCount: Int) {
    self.cutoffs = cutoffs
    counts = cutoffs.map { _ in [Int](repeating: 0, count: itemCount) }
  }

  /// The number of items that a list needs: the largest cut-off, or all items but padding if these are fewer.
  var length: Int { max(1, min(cutoffs.max() ?? 1, (counts.first?.count ?? 1) - 1)) }

  /// Adds a ranking.
  ///
  /// - Parameter items: Its first items, best first: `length` of them, or all that it has.
  package mutating func add(_ items: some Sequence<Int32>) {
    for (place, item) in items.enumerated() {
      for (index, cutoff) in cutoffs.enumerated() where place < cutoff { counts[index][Int(item)] += 1 }
    }
  }

  /// Adds other rankings of the same items, with the same cut-offs.
  package static func += (all: inout Self, more: Self) {
    for index in all.counts.indices {
      for item in all.counts[index].indices { all.counts[index][item] += more.counts[index][item] }
    }
  }

  /// The bytes of one, and of the lists that are collected for some targets at a time.
  static func byteCount(_ evaluation: EvaluationConfiguration, itemCount: Int, targets: Int) -> Double {
    let cutoffs = evaluation.listCutoffs
    guard let longest = cutoffs.max() else { return 0 }
    // A growing list takes up to twice its entries, and its old half.
    let list = 64 + 24 * Double(min(longest, itemCount))
    return 8 * Double(cutoffs.count) * Double(itemCount) + 64 + list * Double(targets)
  }
}

/// What a ranking's lists are made for.
package struct ListReader {
  /// The number of items of a list.
  let length: Int

  /// Whether the items that the user has had are listed, too. If not, the held-out item still is, as in the ranking.
  let isRepeatable: Bool

  /// Receives the first items of each ranking, best first, in the order of the rankings.
  let read: ([Int32]) -> Void
}
