import ArgumentParser
import Literals
import Tuner

/// Says which parameters matter.
struct ImportanceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "importance",
    abstract: "Say how much each parameter, and each pair, decides about the metric.",
    discussion: """
      A functional ANOVA of the grid: exact where each configuration has completed, a least-squares fit of what there is otherwise.

      Example:
        run-hyper importance bert4rec-grocery-hyper
      """)

  @Argument(help: "The study's name; the newest study when left out.")
  var study: String?

  @OptionGroup var storage: StorageOptions

  @OptionGroup var metric: MetricOptions

  @Option(help: "table or json.")
  var format = AnswerFormat.table

  func run() throws {
    let answer = try reading {
      let store = try StudyStore(reading: storage.storage)
      return try Answer(
        FinishedTrials(
          of: store.requiredStudy(study), metric: metric.metric, split: metric.split.rawValue, in: store))
    }
    switch format {
    case .table: Output.result(answer.text)
    case .json: Output.result(try JSONText.of(answer))
    }
  }

  /// What is said about the parameters.
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
        throw .input("\(study): found trials with different users; expected the same: tuned data settings change them")
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
          "\(study): found \(trials) completed trials, which do not tell the parameters apart; expected more of the grid"
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

    /// The parameters that have several values among the trials, with these in the order of the trials.
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

    var text: String {
      func percent(_ share: Double) -> String { ProgressText.decimal(100 * share, places: 1) }
      func row(_ effect: Effect) -> [String] {
        [
          effect.parameters.joined(separator: " × "), percent(effect.fraction),
          "\(percent(effect.low)) to \(percent(effect.high))", percent(effect.measured),
        ]
      }
      let order: (Effect, Effect) -> Bool = { $0.fraction > $1.fraction }
      var table = TextTable(header: ["of the variance", "%", "95 % interval", "as measured, %"])
      for effect in effects.sorted(by: order) + pairs.sorted(by: order) { table.append(row(effect)) }
      var means = TextTable(header: ["parameter", "value", "mean \(metric)"])
      for value in values {
        means.append([
          value.parameter, value.value, value.mean.map { ProgressText.decimal($0, places: 4) } ?? "",
        ])
      }
      let kind =
        isExact
        ? "a complete grid: exact"
        : "warning: not every configuration has completed; effects are a least-squares fit of those that have"
      return """
        \(study): \(metric) of \(users) users (\(split)) in \(trials) trials
        \(kind)

        \(table.lines.joined(separator: "\n"))

        Three parameters and more together: \(percent(rest)) %, as measured. The choice of users alone makes up
        \(percent(noise)) % of the variance as measured; the first column and its interval are without it.

        \(means.lines.joined(separator: "\n"))
        """
    }
  }
}
