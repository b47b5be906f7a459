/// The candidate most similar to a misspelled name, ignoring case, or `nil` if none is close.
///
/// Two swapped neighbors count as one mistake; of equally close ones the first in the alphabet wins. Files can hold many
/// unknown names, so most candidates are dropped early.
///
/// - Parameter lettersPerEdit: Letters of the longer name for each mistake; one mistake is always close.
public func nearestName(
  to name: String, among candidates: some Sequence<String>, lettersPerEdit: Int = 3
) -> String? {
  // Nobody misspells a name of that length, and the distance takes the product of both lengths.
  let letters = name.unicodeScalars.prefix(64).map(lowercase)
  var best: (name: String, distance: Int)?
  var distance = EditDistance()
  for candidate in candidates where candidate.utf8.count <= 256 {
    // It has no more letters than bytes.
    guard letters.count - candidate.utf8.count <= max(1, letters.count / lettersPerEdit) else { continue }
    let other = candidate.unicodeScalars.map(lowercase)
    let most = min(max(1, max(letters.count, other.count) / lettersPerEdit), best?.distance ?? .max)
    guard let found = distance(letters, other, most: most) else { continue }
    if let best, found == best.distance, candidate > best.name { continue }
    best = (candidate, found)
  }
  return best?.name
}

private func lowercase(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
  switch scalar.value {
  case 65...90: Unicode.Scalar(UInt8(scalar.value + 32))
  case 0..<128: scalar
  default: scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar
  }
}

/// The number of insertions, deletions, replacements and swaps of neighbors between two words.
///
/// Source: Damerau, *A technique for computer detection and correction of spelling errors*, 1964, in
/// the restricted form that edits no part twice. Complexity: the product of both lengths.
private struct EditDistance {
  private var rows: [[Int]] = [[], [], []]

  /// The distance, or `nil` if it is greater than `most`.
  mutating func callAsFunction(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar], most: Int) -> Int? {
    // At least as many edits are needed as the difference of the lengths.
    guard abs(a.count - b.count) <= most else { return nil }
    for index in rows.indices where rows[index].count <= b.count {
      rows[index] = [Int](repeating: 0, count: b.count + 1)
    }
    for j in 0...b.count { rows[0][j] = j }
    for i in a.indices {
      let (row, last, beforeLast) = ((i + 1) % 3, i % 3, (i + 2) % 3)
      rows[row][0] = i + 1
      var least = i + 1
      for j in b.indices {
        var distance = min(rows[last][j + 1] + 1, rows[row][j] + 1, rows[last][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          distance = min(distance, rows[beforeLast][j - 1] + 1)
        }
        rows[row][j + 1] = distance
        least = min(least, distance)
      }
      if least > most { return nil }
    }
    let distance = rows[a.count % 3][b.count]
    return distance <= most ? distance : nil
  }
}
