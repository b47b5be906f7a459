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
      have all completed; otherwise a least-squares fit of the completed trials.

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
    func percent(_ share: Double) -> String { ProgressText.decimal(100 * share, places: 1) }
    func row(_ effect: Effect) -> [String] {
      [
        effect.parameters.joined(separator: " × "), percent(effect.fraction),
        "\(percent(effect.low)) to \(percent(effect.high))", percent(effect.measured),
      ]
    }
    let order: (Effect, Effect) -> Bool = { $0.fraction > $1.fraction }
    var table = TextTable(header: ["variance explained by", "%", "95 % interval", "as measured, %"])
    for effect in effects.sorted(by: order) + pairs.sorted(by: order) { table.append(row(effect)) }
    var means = TextTable(header: ["parameter", "value", "mean \(metric)"])
    for value in values {
      means.append([
        value.parameter, value.value, value.mean.map { $0.decimal(places: decimalPlaces) } ?? "",
      ])
    }
    let kind =
      isExact
      ? "complete grid: exact"
      : "warning: some configurations have not completed; the effects are a least-squares fit of the completed ones"
    let ranked = ranking.map { "\n\($0)" } ?? ""
    return """
      \(study): \(metric) of \(users) users (\(split)) in \(trials) trials
      \(kind)\(ranked)

      \(table.lines.joined(separator: "\n"))

      Interactions of three or more parameters: \(percent(rest)) % as measured. Sampling of the users alone
      causes \(percent(noise)) % of the measured variance; the % column and its interval exclude that part.

      \(means.lines.joined(separator: "\n"))
      """
  }
}
