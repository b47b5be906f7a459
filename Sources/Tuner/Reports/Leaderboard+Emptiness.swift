extension Leaderboard {
  /// Why no trial has a rank, as a sentence; `nil` where one has, or where none has ended.
  package var emptiness: String? {
    guard !isRanked, counts.ended > 0 else { return nil }
    let isOver = counts.pending + counts.running == 0
    if counts.completed + counts.pruned == 0 { return "No trial has a result\(isOver ? "" : " yet")." }
    return "No trial has a value for \(sort), so none is ranked."
  }

  /// The rank of a row, empty where nothing ranks it.
  func rankText(_ row: Row) -> String { isRanked ? String(row.rank) : "" }
}
