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
      return (try Answer(trials), trials.study.definition.metricDecimalPlaces)
    }
    try question.output(answer, text: answer.text(decimalPlaces: decimalPlaces))
  }

  /// The effects of the parameters.
  private struct Answer: Encodable {
    struct Effect: Encodable {
      let parameters: [String]
      let measured, fraction, low, high: Double

      init(_ effect: Importance.Effect) {
        parameters = effect.axes
        measured = effect.fraction
        fraction = effect.population?.fraction ?? effect.fraction
        low = effect.population?.interval.low ?? 0
        high = effect.population?.interval.high ?? 1
      }
    }

    struct Value: Encodable {
      let parameter, value: String
      let mean: Double?
    }

    let study, split, metric: String
    let trials, users: Int
    let isExact: Bool
    let effects, pairs: [Effect]
    let rest, noise: Double
    let values: [Value]

    init(_ finished: FinishedTrials) throws(CommandError) {
      (study, split, metric) = (finished.study.name, finished.split, finished.name)
      trials = finished.trials.count
      users = finished.trials.first?.values.count ?? 0
      guard finished.trials.allSatisfy({ [users] in $0.values.count == users }) else {
        throw .input(
          "\(study): found trials with different users; expected the same users; tuned data settings change them")
      }
      guard let first = finished.trials.first else {
        throw .input("\(study): found no trial with a result; expected completed trials")
      }
      guard finished.trials.contains(where: { $0.values != first.values }) || trials == 1 else {
        throw .input("\(study): found the same \(metric) in all \(trials) trials; expected trials that differ")
      }
      let axes = Self.axes(of: finished.trials)
      let importance = Importance(
        axes: axes.map { Importance.Axis(name: $0.name, valueCount: $0.values.count) },
        trials: finished.trials.map { trial in
          let levels = axes.map { axis in
            axis.values.firstIndex(of: trial.hyperparameters[axis.name] ?? .null) ?? 0
          }
          return Importance.Trial(levels: levels, values: trial.values)
        }, seed: 0)
      guard !axes.isEmpty, let importance else {
        throw .input(
          "\(study): importance needs parameters whose values repeat across trials, as in a grid; "
            + "\(trials) \(trials == 1 ? "trial has" : "trials have") completed, and their values do not repeat enough"
        )
      }
      isExact = importance.isExact
      effects = importance.mains.map(Effect.init)
      pairs = importance.pairs.map(Effect.init)
      rest = importance.rest
      noise = importance.noise ?? 0
      values = zip(axes, importance.marginals).flatMap { axis, means in
        zip(axis.values, means).map { Value(parameter: axis.name, value: $0.description, mean: $1) }
      }
    }

    /// The parameters with more than one value among the trials, their values in the order of the trials.
    private static func axes(of trials: [FinishedTrials.Trial]) -> [(name: String, values: [Literal])] {
      let names = trials.first?.hyperparameters.names ?? []
      return names.map { name in
        var values: [Literal] = []
        for trial in trials {
          let value = trial.hyperparameters[name] ?? .null
          if !values.contains(value) { values.append(value) }
        }
        return (name, values)
      }.filter { $0.values.count > 1 }
    }

    /// - Parameter decimalPlaces: Of the metric.
    func text(decimalPlaces: Int) -> String {
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
          value.parameter, value.value, value.mean.map { ProgressText.decimal($0, places: decimalPlaces) } ?? "",
        ])
      }
      let kind =
        isExact
        ? "complete grid: exact"
        : "warning: some configurations have not completed; the effects are a least-squares fit of the completed ones"
      return """
        \(study): \(metric) of \(users) users (\(split)) in \(trials) trials
        \(kind)

        \(table.lines.joined(separator: "\n"))

        Interactions of three or more parameters: \(percent(rest)) % as measured. Sampling of the users alone
        causes \(percent(noise)) % of the measured variance; the % column and its interval exclude that part.

        \(means.lines.joined(separator: "\n"))
        """
    }
  }
}
