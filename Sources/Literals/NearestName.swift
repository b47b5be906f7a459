/// The candidate most like a misspelled name, ignoring case, or `nil` when none is close.
///
/// Close means that one letter or at most a third of them differ; of equally close ones the first in the alphabet wins.
/// Two swapped neighbors count as one mistake.
public func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
  // Nobody misspells a name of that length, and the distance takes the product of both lengths.
  let letters = Array(name.lowercased().prefix(64))
  var best: (name: String, distance: Int)?
  for candidate in candidates.sorted() {
    let distance = editDistance(letters, Array(candidate.lowercased()))
    if distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  guard let best, best.distance <= max(1, max(letters.count, best.name.count) / 3) else { return nil }
  return best.name
}

/// Insertions, deletions, replacements and swaps of neighbors between two words.
///
/// Source: Damerau, *A technique for computer detection and correction of spelling errors*, 1964, in
/// the restricted form that edits no part twice. Complexity: the product of both lengths.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var distance = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { distance = min(distance, beforeLast[j - 1] + 1) }
      row.append(distance)
    }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}
