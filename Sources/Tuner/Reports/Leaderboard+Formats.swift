import Literals

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
  public func text(_ format: Format, decimalPlaces: Int = 4) -> String {
    switch format {
    case .table: table(decimalPlaces)
    case .json: json
    case .csv: csv
    case .markdown: markdown(decimalPlaces)
    }
  }

  // MARK: - For people

  private func table(_ decimalPlaces: Int) -> String {
    guard !rows.isEmpty else { return "\(summary)\n" + failureLines }
    let cells = displayCells(decimalPlaces)
    let widths = cells[0].indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    let lines = cells.map { line in
      var text = ""
      for (column, cell) in line.enumerated() {
        text += String(repeating: " ", count: widths[column] - cell.count) + cell + "  "
      }
      return text.trimmingSuffix(" ") + "\n"
    }
    return lines.joined() + "\n\(summary)\n" + failureLines
  }

  private func markdown(_ decimalPlaces: Int) -> String {
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
    func rounded(_ value: Double?) -> String { value.map { decimal($0, places: decimalPlaces) } ?? "" }
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
    if let emptiness { return "\(line)\n\(emptiness)" }
    guard userCount > 0, !rows.isEmpty else { return line }
    return line + "\n= statistically tied with the best trial (95 % confidence set, \(userCount) users)"
  }

  private var failureLines: String {
    failures.map { failure in
      let message = failure.message.split(whereSeparator: \.isNewline).joined(separator: " ").visible
      return "trial \(failure.trial) failed (\("\(failure.hyperparameters)".visible)): \(message)\n"
    }.joined()
  }

  // MARK: - For programs

  private var json: String {
    func object(_ row: Row) -> String {
      var splits: [(name: String, json: String)] = []
      for split in row.metrics.map(\.split) where !splits.contains(where: { $0.name == split }) {
        splits.append(
          (
            split,
            JSON.object(
              row.metrics.filter { $0.split == split }.map { ($0.name, $0.value.map(JSON.number) ?? "null") })
          ))
      }
      return JSON.object([
        ("rank", isRanked ? String(row.rank) : "null"), ("trial", String(row.trial)),
        ("state", JSON.string(row.state.rawValue)),
        ("value", row.value.map(JSON.number) ?? "null"), ("best_epoch", row.bestEpoch.map(String.init) ?? "null"),
        ("parameters", row.hyperparameters.json), ("metrics", JSON.object(splits)),
        (
          "interval",
          row.certainty.map { "[\(JSON.number($0.interval.low)), \(JSON.number($0.interval.high))]" } ?? "null"
        ),
        ("may_be_best", row.certainty.map { $0.mayBeBest ? "true" : "false" } ?? "null"),
        ("epochs", String(row.epochs)), ("cost_tflop", row.cost.map { JSON.number($0 / 1e12) } ?? "null"),
        ("repeated_values", "[\(row.repeatedValues.map(JSON.number).joined(separator: ", "))]"),
      ])
    }
    func object(_ failure: Failure) -> String {
      JSON.object([
        ("trial", String(failure.trial)), ("kind", JSON.string(failure.kind)),
        ("message", JSON.string(failure.message)),
        ("parameters", failure.hyperparameters.json),
      ])
    }
    func list(_ items: [String]) -> String {
      items.isEmpty ? "[]" : "[\n    " + items.joined(separator: ",\n    ") + "\n  ]"
    }
    return """
      {
        "study": \(JSON.string(study)),
        "metric": \(JSON.string(metric)),
        "direction": \(JSON.string(direction.rawValue)),
        "sort": \(JSON.string(sort)),
        "trials": \(counts.total),
        "ended": \(counts.ended),
        "rows": \(list(rows.map(object))),
        "failed": \(list(failures.map(object)))
      }

      """
  }

  private var csv: String {
    let (parameters, metrics) = (parameterNames, metricNames)
    func line(_ fields: [String]) -> String { fields.map(csvField).joined(separator: ",") + "\n" }
    func digits(_ value: Double?) -> String { value.map { $0.isFinite ? $0.description : "" } ?? "" }
    let header = line(
      ["rank", "trial", "state", "value", "best_epoch"] + parameters + metrics
        + [
          "interval_low", "interval_high", "may_be_best", "epochs", "cost_tflop", "seeds", "seed_mean",
          "seed_deviation",
          "message",
        ])
    let ranked = rows.map { row in
      let start = [
        rankText(row), String(row.trial), row.state.rawValue, digits(row.value),
        row.bestEpoch.map(String.init) ?? "",
      ]
      let values = metrics.map { name in digits(row.metrics.first { $0.fullName == name }?.value) }
      return line(
        start + parameters.map { row.hyperparameters[$0]?.description ?? "" } + values
          + [
            digits(row.certainty?.interval.low), digits(row.certainty?.interval.high),
            row.certainty.map { $0.mayBeBest ? "true" : "false" } ?? "", String(row.epochs),
            digits(row.cost.map { $0 / 1e12 }), row.overSeeds.map { String($0.count) } ?? "",
            digits(row.overSeeds?.mean), digits(row.overSeeds?.deviation), "",
          ])
    }
    let failed = failures.map { failure in
      line(
        ["", String(failure.trial), "failed", "", ""]
          + parameters.map { failure.hyperparameters[$0]?.description ?? "" }
          + metrics.map { _ in "" } + ["", "", "", "", "", "", "", "", failure.message])
    }
    return header + ranked.joined() + failed.joined()
  }
}

/// A field, quoted if RFC 4180 requires it.
///
/// Works on scalars: a quote followed by a combining mark is part of another character.
private func csvField(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
  return "\"" + text.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
}

/// Operations in units of 10¹², with at least three digits.
private func teraFLOP(_ operations: Double) -> String {
  let value = operations / 1e12
  let places = value < 10 ? 3 : value < 1000 ? 1 : 0
  let scale = [1.0, 10, 100, 1000][places]
  guard value < 1e12 else { return value.description }
  let (whole, fraction) = Int((value * scale).rounded()).quotientAndRemainder(dividingBy: Int(scale))
  guard places > 0 else { return "\(whole)" }
  return "\(whole)." + String(repeating: "0", count: places - String(fraction).count) + "\(fraction)"
}

/// A metric with a fixed number of decimals, at most 15.
private func decimal(_ value: Double, places: Int) -> String {
  let scale = (0..<places).reduce(1) { power, _ in power * 10 }
  let scaled = (value.magnitude * Double(scale)).rounded()
  guard value.magnitude < 1e11, scaled < 1e18 else { return value.description }
  let (whole, fraction) = Int(scaled).quotientAndRemainder(dividingBy: scale)
  let sign = value < 0 && scaled > 0 ? "-" : ""
  guard places > 0 else { return "\(sign)\(whole)" }
  let digits = String(fraction)
  return "\(sign)\(whole)." + String(repeating: "0", count: places - digits.count) + digits
}

extension String {
  fileprivate func trimmingSuffix(_ character: Character) -> String {
    var text = self[...]
    while text.last == character { text.removeLast() }
    return String(text)
  }
}
