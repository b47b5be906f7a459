import Literals

extension Leaderboard {
  /// Aligned columns for a terminal.
  func table(_ decimalPlaces: Int, _ selection: ColumnSelection) -> String {
    guard !rows.isEmpty else { return "\(summary)\n" + failureLines }
    let shown = shownColumns(decimalPlaces, selection)
    var table = TextTable(header: shown.columns.map(\.header), right: .everything)
    for row in rows.indices { table.append(shown.columns.map { $0.cells[row] }) }
    let below = shown.remarks.map { $0 + "\n" }.joined() + (shown.remarks.isEmpty ? "" : "\n")
    return table.lines.joined(separator: "\n") + "\n\n\(below)\(summary)\n" + failureLines
  }

  /// The same columns for a document.
  func markdown(_ decimalPlaces: Int, _ selection: ColumnSelection) -> String {
    guard !rows.isEmpty else { return "\(summary)\n" + failureLines }
    let columns = shownColumns(decimalPlaces, selection).columns
    func line(_ cells: [String]) -> String {
      "| "
        + cells.map { $0.unicodeScalars.map { $0 == "|" ? "\\|" : String($0) }.joined() }.joined(separator: " | ")
        + " |\n"
    }
    let ruler = "|" + String(repeating: " ---: |", count: columns.count) + "\n"
    let lines = rows.indices.map { row in line(columns.map { $0.cells[row] }) }
    return line(columns.map(\.header)) + ruler + lines.joined() + "\n\(summary)\n" + failureLines
  }

  /// The columns that a selection shows, and what is to be said below of the others.
  private func shownColumns(
    _ decimalPlaces: Int, _ selection: ColumnSelection
  ) -> (columns: [TableColumn], remarks: [String]) {
    let columns = tableColumns(decimalPlaces, roundsParameters: selection.fitsWidth)
    let usual = columns.filter { $0.role != .onRequest }
    switch selection {
    case .all: return (usual, [])
    case .named(let names):
      return (columns.filter { $0.role == .identity || names.contains($0.header) }, [])
    case .fitting(let width):
      let fit = TableFit(usual, width: width)
      return (fit.columns, fit.remarks)
    }
  }

  /// The columns with these names.
  ///
  /// - Parameter names: Headings, `tflop`, or metrics of the validation split with `valid.`.
  /// - Throws: A `ReportError` if there is no such column, unless there are no rows.
  public func selection(ofColumns names: [String]) throws(ReportError) -> ColumnSelection {
    let columns = tableColumns(4)
    let known = columns.filter { $0.role != .identity }.map(\.header)
    return .named(
      try names.map { name throws(ReportError) in
        let others = [name == "tflop" ? "TFLOP" : name, validationName(name)]
        if let found = others.first(where: { other in columns.contains { $0.header == other } }) { return found }
        guard !rows.isEmpty else { return name }
        let nearest = nearestName(to: name, among: known).map { "\($0), or others of " } ?? "all, or some of "
        throw ReportError(
          location: "--columns", found: "no column '\(name)'", expected: nearest + known.joined(separator: ", "))
      })
  }

  /// The number of trials in each state: `80 trials: 79 completed, 1 failed`.
  private var summary: String {
    let parts = [
      (counts.completed, "completed"), (counts.pruned, "pruned"), (counts.diverged, "diverged"),
      (counts.failed, "failed"),
      (counts.running, "running"), (counts.pending, "pending"), (counts.shelved, "shelved"),
    ]
    let text = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    let line =
      "\(study.visible): \(counts.total) \(counts.total == 1 ? "trial" : "trials")" + (text.isEmpty ? "" : ": \(text)")
    let lines = [line] + statements
    if let emptiness { return (lines + [emptiness]).joined(separator: "\n") }
    guard !rows.isEmpty else { return lines.joined(separator: "\n") }
    let tie =
      userCount > 0 ? "= statistically tied with the best trial (95 % confidence set, \(userCount) users)" : nil
    return (lines + [tie, frontStatement].compactMap(\.self)).joined(separator: "\n")
  }

  private var failureLines: String {
    failures.map { failure in
      let message = failure.message.split(whereSeparator: \.isNewline).joined(separator: " ").visible
      return "trial \(failure.trial) failed (\("\(failure.hyperparameters)".visible)): \(message)\n"
    }.joined()
  }
}

/// Operations in units of 10¹², with at least three digits.
package func teraFLOP(_ operations: Double) -> String {
  let value = operations / 1e12
  return value.decimal(places: value < 10 ? 3 : value < 1000 ? 1 : 0)
}
