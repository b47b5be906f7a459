extension Leaderboard {
  /// A sentence that says why no trial has a rank; `nil` if one has, or if none has ended.
  package var emptiness: String? {
    guard !isRanked, counts.ended > 0 else { return nil }
    let isOver = counts.pending + counts.running == 0
    if counts.completed + counts.pruned == 0 { return "No trial has a result\(isOver ? "" : " yet")." }
    return "No trial has a value for \(sort), so none is ranked."
  }

  /// The rank of a row; empty if the board is not ranked.
  func rankText(_ row: Row) -> String { isRanked ? String(row.rank) : "" }
}
