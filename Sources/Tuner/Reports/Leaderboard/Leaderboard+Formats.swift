extension Leaderboard {
  /// The output format of a leaderboard.
  public enum Format: String, Sendable, CaseIterable {
    /// Aligned columns for a terminal: parameters and test metrics, rounded.
    case table

    /// Everything, with all digits.
    case json

    /// One line for each trial, with all digits and all metrics; failed trials last, without a rank.
    case csv

    /// Like `table`, for a document.
    case markdown
  }

  /// The leaderboard in a format, the same bytes for the same results: no times, no paths, no dates.
  ///
  /// - Parameter decimalPlaces: Of the metrics in `table` and `markdown`, at most 15; RecBole shows 4.
  /// - Parameter columns: Of `table` and `markdown`.
  public func text(_ format: Format, decimalPlaces: Int = 4, columns: ColumnSelection = .all) -> String {
    switch format {
    case .table: table(decimalPlaces, columns)
    case .json: json
    case .csv: csv
    case .markdown: markdown(decimalPlaces, columns)
    }
  }

  /// A sentence that says why no trial has a rank; `nil` if one has, or if none has ended.
  package var emptiness: String? {
    guard !isRanked, counts.ended > 0 else { return nil }
    let isOver = counts.pending + counts.running == 0
    if counts.completed + counts.pruned == 0 { return "No trial has a result\(isOver ? "" : " yet")." }
    return "No trial has a value for \(sort), so none is ranked."
  }

  /// What is to be said of the ranking and of epochs.
  var statements: [String] {
    let remark = isRanked ? RankingChoice.remark(onTrialsWithoutRanks: unrankedCount) : nil
    return [ranking.statement, remark, wholeStatement, epochShare?.statement].compactMap(\.self)
  }

  /// What is to be said of metrics that are no functions of users' ranks; `nil` if nothing.
  private var wholeStatement: String? {
    if isRanked, let metric = WholeMetric(sort) {
      return "\(MetricName(sort).name) \(metric.reason), so it has no interval and no mark of ties."
    }
    let names = Self.distinct(metricNames.map { MetricName($0).name }.filter { WholeMetric($0) != nil })
    guard !ranking.isOwn, !names.isEmpty else { return nil }
    return "Measured in the study's own ranking only, and not shown here: \(names.joined(separator: ", "))."
  }

  /// The rank of a row; empty if the board is not ranked.
  func rankText(_ row: Row) -> String { isRanked ? String(row.rank) : "" }
}
