import ArgumentParser
import Literals
import Tuner

/// Shows which parameters matter.
struct ImportanceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "importance",
    abstract: "Show how much each parameter and pair of parameters affects the metric.",
    usage: "run-hyper importance [<study>] [<options>]",
    discussion: """
      Functional ANOVA: the share of the metric's variance that each parameter,
      and each pair of parameters, explains. Exact for a grid whose configurations
      have all completed; a least-squares fit if some are missing. Where values do
      not repeat, as in random and bayes searches, a random forest predicts the
      metric from at least 30 completed trials (5 per parameter, if that is more).

      Example:
        run-hyper importance bert4rec-grocery-hyper
      """)

  @Argument(help: "Name of the study. (default: the newest study)")
  var study: String?

  @OptionGroup var question: MetricQuestion

  func run() throws {
    let (answer, decimalPlaces) = try reading {
      let trials = try question.trials(of: study)
      return (try ImportanceDocument(trials), trials.study.definition.metricDecimalPlaces)
    }
    try question.output(answer, text: answer.text(decimalPlaces: decimalPlaces))
  }
}

extension ImportanceDocument {
  /// The answer for a terminal.
  ///
  /// - Parameter decimalPlaces: Of the metric.
  fileprivate func text(decimalPlaces: Int) -> String {
    var means = TextTable(header: ["parameter", "value", method == .forest ? "predicted \(metric)" : "mean \(metric)"])
    for value in values {
      means.append([
        value.parameter, value.value, value.mean.map { $0.decimal(places: decimalPlaces) } ?? "",
      ])
    }
    let ranked = ranking.map { "\n\($0)" } ?? ""
    return """
      \(study): \(metric) of \(userCount(users, samples: samples)) (\(split)) in \(trials) trials
      \(kind)\(ranked)

      \(effectLines.joined(separator: "\n"))

      \(remarks)

      \(means.lines.joined(separator: "\n"))
      """
  }

  private var kind: String {
    switch method {
    case .exact: "complete grid: exact"
    case .leastSquares:
      "warning: some configurations have not completed; the effects are a least-squares fit of the completed ones"
    case .forest:
      "random forest: \(ForestImportance.treeCount) trees predict the metric in the whole search space"
        + (leftOut.map { "\n\($0)" } ?? "")
    }
  }

  /// The table of the effects; of a forest's pairs, only those that are not 0.0 %.
  private var effectLines: [String] {
    let order: (Effect, Effect) -> Bool = { $0.fraction > $1.fraction }
    let isForest = method == .forest
    let shown = isForest ? pairs.filter { $0.fraction >= ImportanceReport.smallestPair } : pairs
    var table = TextTable(
      header: ["variance explained by", "%"] + (isForest ? ["95 % of the trees"] : ["95 % interval", "as measured, %"]))
    for effect in effects.sorted(by: order) + shown.sorted(by: order) {
      table.append(
        [
          effect.parameters.joined(separator: " × "), Self.percent(effect.fraction),
          "\(Self.percent(effect.low)) to \(Self.percent(effect.high))",
        ] + (effect.measured.map { [Self.percent($0)] } ?? []))
    }
    return table.lines
  }

  private var remarks: String {
    switch method {
    case .exact, .leastSquares:
      """
      Interactions of three or more parameters: \(Self.percent(rest)) % as measured. Sampling of the users alone
      causes \(Self.percent(noise ?? 0)) % of the measured variance; the % column and its interval exclude that part.
      """
    case .forest:
      """
      Everything else: \(Self.percent(rest)) %, interactions of three or more parameters and noise.
      Each tree has seen another sample of the trials. Their range shows how much depends on which trials were
      run; the choice of users is not covered.
      """
    }
  }

  private static func percent(_ share: Double) -> String { ProgressText.decimal(100 * share, places: 1) }
}
