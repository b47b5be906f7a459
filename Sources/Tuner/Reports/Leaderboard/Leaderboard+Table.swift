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
    switch selection {
    case .all: return (columns, [])
    case .named(let names):
      return (columns.filter { $0.role == .identity || names.contains($0.header) }, [])
    case .fitting(let width):
      let fit = TableFit(columns, width: width)
      return (fit.columns, fit.remarks)
    }
  }

  /// The headings of all columns that a selection can name.
  public var columnNames: [String] { tableColumns(4).filter { $0.role != .identity }.map(\.header) }

  /// All columns as text: what the rows are sorted by comes first, with how sure it is.
  ///
  /// - Parameter roundsParameters: Whether numbers have four significant digits.
  private func tableColumns(_ decimalPlaces: Int, roundsParameters: Bool = false) -> [TableColumn] {
    func rounded(_ value: Double?) -> String { value.map { $0.decimal(places: decimalPlaces) } ?? "" }
    func value(_ row: Row) -> String { row.state == .diverged ? "diverged" : rounded(row.value) }
    func metric(_ name: String) -> (Row) -> String {
      { row in rounded(row.metrics.first { $0.fullName == name }?.value) }
    }
    let isOwn = sort == self.metric || sort == MetricName.valid(self.metric).description
    var columns: [TableColumn] = []
    func add(_ header: String, _ role: TableColumn.Role, _ cell: (Row) -> String) {
      columns.append(TableColumn(header: header.visible, role: role, cells: rows.map(cell)))
    }
    add("rank", .identity, rankText)
    add("trial", .identity) { String($0.trial) }
    add(validationName(sort), .identity, isOwn ? value : metric(sort))
    if hasCertainty {
      add("95 % interval", .interval) { row in
        row.certainty.map { "\(rounded($0.interval.low))–\(rounded($0.interval.high))" } ?? ""
      }
      add("tied", .mark) { $0.certainty?.mayBeBest == true ? "=" : "" }
    }
    if !isOwn { add(self.metric, .ownMetric, value) }
    for extra in extraColumns(rounded) { add(extra.header, .extra, extra.cell) }
    for name in parameterNames {
      add(name, .parameter) { row in
        let value = row.hyperparameters[name]
        return (roundsParameters ? value?.rounded(toDigits: 4) : value)?.description.visible ?? ""
      }
      // As exact as they are: two numbers may look alike.
      columns[columns.count - 1].isConstant = rows.count > 1 && Set(rows.map { $0.hyperparameters[name] }).count == 1
    }
    let main = "test.\(MetricName(sort).name)"
    for name in metricNames where MetricName(full: name)?.split == "test" && name != sort {
      add(name, name == main ? .mainTest : .test, metric(name))
    }
    return columns
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
