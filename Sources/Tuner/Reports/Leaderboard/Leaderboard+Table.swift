import Literals

extension Leaderboard {
  /// Aligned columns for a terminal.
  func table(_ decimalPlaces: Int) -> String {
    guard !rows.isEmpty else { return "\(summary)\n" + failureLines }
    let cells = displayCells(decimalPlaces)
    var table = TextTable(header: cells[0], right: .everything)
    for row in cells.dropFirst() { table.append(row) }
    return table.lines.joined(separator: "\n") + "\n\n\(summary)\n" + failureLines
  }

  /// The same columns for a document.
  func markdown(_ decimalPlaces: Int) -> String {
    guard !rows.isEmpty else { return "\(summary)\n" + failureLines }
    let cells = displayCells(decimalPlaces)
    func line(_ cells: [String]) -> String {
      "| "
        + cells.map { $0.unicodeScalars.map { $0 == "|" ? "\\|" : String($0) }.joined() }.joined(separator: " | ")
        + " |\n"
    }
    let ruler = "|" + String(repeating: " ---: |", count: cells[0].count) + "\n"
    return line(cells[0]) + ruler + cells.dropFirst().map(line).joined() + "\n\(summary)\n" + failureLines
  }

  /// The header and the rows, as text: what they are sorted by comes first, with how sure it is.
  private func displayCells(_ decimalPlaces: Int) -> [[String]] {
    func rounded(_ value: Double?) -> String { value.map { $0.decimal(places: decimalPlaces) } ?? "" }
    let parameters = parameterNames
    let isOwn = sort == metric || sort == MetricName.valid(metric).description
    let certainty = hasCertainty ? ["95 % interval", "tied"] : []
    let others = metricNames.filter { MetricName(full: $0)?.split == "test" && $0 != sort }
    let extras = extraColumns(rounded)
    let header =
      ["rank", "trial", validationName(sort)] + certainty + (isOwn ? [] : [metric]) + extras.map(\.header) + parameters
      + others
    return [header.map(\.visible)]
      + rows.map { row in
        func shown(_ name: String) -> String { rounded(row.metrics.first { $0.fullName == name }?.value) }
        let value = row.state == .diverged ? "diverged" : rounded(row.value)
        let interval = row.certainty.map { "\(rounded($0.interval.low))–\(rounded($0.interval.high))" } ?? ""
        let certain = hasCertainty ? [interval, row.certainty?.mayBeBest == true ? "=" : ""] : []
        return [rankText(row), String(row.trial), isOwn ? value : shown(sort)] + certain + (isOwn ? [] : [value])
          + extras.map { $0.cell(row) } + parameters.map { row.hyperparameters[$0]?.description.visible ?? "" }
          + others.map(shown)
      }
  }

  /// Whether there are columns for certainty; before the first trial has completed, they are empty.
  private var hasCertainty: Bool {
    userCount > 0
      || (isRanked && counts.completed == 0 && direction == .maximize
        && RankMetric(MetricName(sort).name) != nil)
  }

  /// Metrics of the validation split are named without it, like the study's own metric.
  private func validationName(_ name: String) -> String {
    let metric = MetricName(name)
    return metric.split == "valid" ? metric.name : name
  }

  /// Columns that only some studies have.
  private func extraColumns(_ rounded: @escaping (Double?) -> String) -> [(header: String, cell: (Row) -> String)] {
    var columns: [(header: String, cell: (Row) -> String)] = []
    if let most = rows.compactMap({ $0.overSeeds?.count }).max() {
      columns.append(
        (
          "\(most) more \(most == 1 ? "seed" : "seeds")",
          { row in
            row.overSeeds.map { seeds in
              rounded(seeds.mean) + (seeds.deviation.map { " ± \(rounded($0))" } ?? "")
                + (seeds.count < most ? " (\(seeds.count))" : "")
            } ?? ""
          }
        ))
    }
    if rows.contains(where: { $0.state == .pruned }) {
      columns.append(("pruned at", { $0.state == .pruned ? "\($0.epochs)" : "" }))
    }
    if rows.contains(where: { $0.cost != nil }) {
      columns.append(("TFLOP", { $0.cost.map { teraFLOP($0) } ?? "" }))
    }
    return columns
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
    guard userCount > 0, !rows.isEmpty else { return lines.joined(separator: "\n") }
    return (lines + ["= statistically tied with the best trial (95 % confidence set, \(userCount) users)"])
      .joined(separator: "\n")
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
