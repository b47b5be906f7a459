import Literals
import Tuner

/// The best trial of a study, as text for a terminal.
enum BestTrial {
  /// The trial's parameters, one per line, and its metrics by split.
  ///
  /// - Parameter hasWeights: Whether the study keeps its weights.
  static func text(_ row: Leaderboard.Row, hasWeights: Bool, decimalPlaces: Int) -> String {
    var lines = ["Best: trial \(row.trial)" + (row.bestEpoch.map { origin(epoch: $0, hasWeights) } ?? "")]
    let width = row.hyperparameters.names.map(\.visible.count).max() ?? 0
    for pair in row.hyperparameters.pairs {
      lines.append("  " + pair.name.visible.padding(to: width) + "  " + "\(pair.value)".visible)
    }
    lines += MetricTable.lines(row.metrics, decimalPlaces: decimalPlaces).map { "  " + $0 }
    return lines.joined(separator: "\n")
  }

  /// The epoch from which the metrics are, and whether its weights are kept.
  private static func origin(epoch: Int, _ hasWeights: Bool) -> String {
    let name = epoch > 0 ? "weights of epoch \(epoch)" : "untrained weights"
    return hasWeights ? ", \(name)" : " (epoch \(epoch); no weights are kept)"
  }

  /// The trial with the highest mean over additional seeds, which depends less on chance than the highest value of one seed.
  static func text(overSeeds row: Leaderboard.Row, metric: String, decimalPlaces: Int) -> String {
    guard let seeds = row.overSeeds else { return "" }
    let deviation = seeds.deviation.map { " ± \($0.decimal(places: decimalPlaces))" } ?? ""
    return "Best over \(seeds.count) additional \(seeds.count == 1 ? "seed" : "seeds"): trial \(row.trial), "
      + "\(metric) \(seeds.mean.decimal(places: decimalPlaces))\(deviation)"
  }
}

/// Metrics in columns, splits in rows; a split without samples has none.
enum MetricTable {
  /// - Parameter decimalPlaces: The value of the key `metric_decimal_place`.
  static func lines(_ metrics: [SplitMetric], decimalPlaces: Int) -> [String] {
    var names: [String] = []
    var splits: [String] = []
    for metric in metrics {
      if !names.contains(metric.name) { names.append(metric.name) }
      if !splits.contains(metric.split) { splits.append(metric.split) }
    }
    guard !splits.isEmpty else { return [] }
    let labels = splits.map(\.count).max() ?? 0
    func text(_ metric: SplitMetric) -> String {
      metric.value.map { $0.decimal(places: decimalPlaces) } ?? ""
    }
    let widest = max(6, metrics.map { text($0).count }.max() ?? 0)
    func cell(_ text: String, of name: String) -> String { text.padding(to: max(name.count, widest), onTheLeft: true) }
    let header = "".padding(to: labels) + names.map { "  " + cell($0, of: $0) }.joined()
    let rows = splits.map { split in
      guard metrics.contains(where: { $0.split == split && $0.value != nil }) else {
        return split.padding(to: labels) + "  none held out"
      }
      return split.padding(to: labels)
        + names.map { name in
          let metric = metrics.first { $0.split == split && $0.name == name }
          return "  " + cell(metric.map(text) ?? "", of: name)
        }.joined()
    }
    return [header] + rows
  }
}
