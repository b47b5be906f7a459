/// Finds the word that somebody probably meant.
enum Spelling {
  /// The candidate closest to `word`, ignoring case, or `nil` if none is close.
  ///
  /// Close means at most a third of the letters differ; the first of equally close ones wins.
  static func nearest(to word: String, among candidates: [String]) -> String? {
    let lowered = Array(word.lowercased().unicodeScalars.prefix(64))
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
      let distance = distance(lowered, Array(candidate.lowercased().unicodeScalars))
      if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    guard let best, best.distance * 3 <= max(lowered.count, best.candidate.count) else { return nil }
    return best.candidate
  }

  /// Insertions, deletions, replacements and swaps of neighbors that turn one word into the other.
  ///
  /// Source: Damerau, *A technique for computer detection and correction of spelling errors*, 1964,
  /// in its restricted form (no edit inside a swapped pair).
  static func distance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
    var beforeLast = [Int](repeating: 0, count: second.count + 1)
    var last = Array(0...second.count)
    for i in first.indices {
      var current = [i + 1]
      for j in second.indices {
        var cost = min(last[j + 1] + 1, current[j] + 1, last[j] + (first[i] == second[j] ? 0 : 1))
        if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        current.append(cost)
      }
      (beforeLast, last) = (last, current)
    }
    return last[second.count]
  }
}
