import Foundation
import Literals
import Model

/// Statistics of a dataset, to read before training on it.
struct DatasetDescription {
  let dataset: SequenceDataset
  let report: LoadReport
  let configuration: Configuration

  private var evaluation: EvaluationConfiguration { configuration.evaluation }

  var text: String {
    let users = dataset.userTokens.count - 1
    let items = dataset.itemTokens.count - 1
    var facts: [(String, String)] = [
      ("rows", "\(report.rowCount) read, \(report.keptRowCount) kept"), ("users", "\(users)"), ("items", "\(items)"),
    ]
    facts += report.filters.map { ("  by \($0.name)", "\($0.removed) removed, \($0.remaining) left") }
    let pairs = dataset.pairCount(report)
    if users > 0, items > 0 {
      facts.append(("sparsity", "\(percent(1 - Double(pairs) / Double(users) / Double(items)))"))
    }
    facts += lengths
    if let range = report.timeRange {
      facts.append(("time", "\(date(range.lowerBound)) to \(date(range.upperBound))"))
      facts.append(("ties", "\(report.tiedRowCount) rows share their time with another row of the same user"))
      facts.append(("repeats", repeats(pairs: pairs)))
    }
    facts.append(
      ("samples", "\(dataset.train.count) training, \(dataset.valid.count) validation, \(dataset.test.count) test"))
    if !dataset.holdsOutOnePerUser {
      let (valid, test) = (dataset.userCount(of: dataset.valid), dataset.userCount(of: dataset.test))
      facts.append(("held-out users", "\(valid) with validation samples, \(test) with test samples"))
    }
    facts += heldOutRepeats
    facts.append(("trainable", TrainableSamples(dataset, configuration.network).text))
    facts.append(("histories", "at most \(dataset.maximumLength) items"))
    facts.append(("files", report.files.joined(separator: ", ")))
    facts.append(("SHA-256", dataset.contentHash))
    let width = facts.map(\.0.count).max() ?? 0
    let lines = facts.map { "  " + $0.0.padding(to: width) + "  " + $0.1 }
    return (["Dataset \(dataset.name)"] + lines + popularity).joined(separator: "\n")
  }

  private var lengths: [(String, String)] {
    let sorted = report.sequenceLengths.sorted()
    guard let least = sorted.first, let most = sorted.last else { return [] }
    let mean = Double(report.keptRowCount) / Double(sorted.count)
    let middle = sorted[sorted.count / 2]
    return [("rows per user", "\(least) to \(most), median \(middle), mean \(ProgressText.decimal(mean, places: 1))")]
  }

  /// How often users repeat an item, and how many rows are exact duplicates.
  private func repeats(pairs: Int) -> String {
    let again = report.keptRowCount - pairs
    let share = percent(Double(again) / Double(max(report.keptRowCount, 1)))
    let repeats = report.repeatedRowCount
    return "\(again) of \(report.keptRowCount) rows (\(share)) are of an item that the user had before; "
      + "\(repeats) \(repeats == 1 ? "repeats" : "repeat") another row exactly (same user, item and time)"
  }

  /// How many held-out items the user had had before, and what that says about the ranking.
  private var heldOutRepeats: [(String, String)] {
    let samples = dataset.valid + dataset.test
    guard !samples.isEmpty else { return [] }
    let count = PopularityRanking(dataset).repeatCount(of: samples)
    let share = Double(count) / Double(samples.count)
    // Where a user hardly ever comes back to an item, places in the ranking are lost to items that cannot be right.
    let setting = share < Self.fewRepeats ? "False" : "True"
    return [
      (
        "held out",
        "\(count) of \(samples.count) items (\(percent(share))) are ones that the user had had before, "
          + "which speaks for repeatable=\(setting)"
      )
    ]
  }

  /// The share of repeats below which rankings are better made without items that the user has had.
  private static let fewRepeats = 0.05

  /// The metrics of recommending the most frequent items.
  private var popularity: [String] {
    let ranking = PopularityRanking(dataset)
    let measures = RankingMeasures(evaluation, dataset)
    let splits = [("valid", dataset.valid), ("test", dataset.test)].filter { !$0.1.isEmpty }
    var metrics: [String: Metrics] = [:]
    for (name, samples) in splits {
      metrics[name] = measures.metrics(of: ranking.rankings(of: samples, evaluation))
    }
    guard !splits.isEmpty else { return [] }
    var table = TextTable(header: ["popularity"] + evaluation.metricNames)
    for (split, _) in splits {
      table.append(
        [split]
          + (metrics[split]?.values ?? []).map {
            $0.value.decimal(places: evaluation.metricDecimalPlaces)
          })
    }
    return ["", "Ranking by popularity\(evaluation.rankingText), the baseline that a model has to beat"]
      + table.lines.map { "  " + $0 }
  }

  private func percent(_ fraction: Double) -> String { ProgressText.decimal(fraction * 100, places: 2) + " %" }

  /// A Unix time as a date, any other number unchanged.
  private func date(_ time: Double) -> String {
    guard (86_400...4_102_444_800).contains(time) else { return "\(time)" }
    return Date(timeIntervalSince1970: time).formatted(.iso8601.year().month().day())
  }
}
