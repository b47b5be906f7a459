import ArgumentParser
import Tuner

/// Compares two trials over the same users.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare two trials over the same users.",
    usage: "run-hyper compare <study> <first> <second> [<options>]",
    discussion: """
      The p-value is the probability of a difference at least this large, in
      either direction, between two equally good trials (sign-flip test). It is
      not corrected for picking these two trials out of many; to see which trials
      may be the best, use the = marks of the leaderboard.

      Example:
        run-hyper compare bert4rec-grocery-hyper 36 34
      """)

  @Argument(help: "Name of the study.")
  var study: String

  @Argument(help: "Number of the first trial, as in the leaderboard.")
  var first: Int

  @Argument(help: "Number of the second trial.")
  var second: Int

  @OptionGroup var question: MetricQuestion

  func run() throws {
    let answer = try reading {
      let trials = try question.trials(of: study)
      return try Answer(trials, try trials.trial(first), try trials.trial(second))
    }
    try question.output(answer, text: answer.text)
  }

  /// The result of the comparison.
  private struct Answer: Encodable {
    let study, split, metric: String
    let first, second, users, firstBetter, secondBetter, equal: Int
    let firstValue, secondValue, difference, low, high, pValue: Double
    private let differences: [String]
    private let decimalPlaces: Int

    private enum CodingKeys: CodingKey {
      case study, split, metric, first, second, users, firstBetter, secondBetter, equal
      case firstValue, secondValue, difference, low, high, pValue
    }

    init(_ trials: FinishedTrials, _ a: FinishedTrials.Trial, _ b: FinishedTrials.Trial) throws(CommandError) {
      guard a.values.count == b.values.count else {
        throw .input(
          "\(trials.study.name): found \(a.values.count) users in trial \(a.number) and \(b.values.count) in trial "
            + "\(b.number); expected the same users: trials that tune data settings cannot be compared user by user")
      }
      let comparison = PairedComparison(a.values, b.values, largest: trials.metric.largest, seed: 0)
      (study, split, metric) = (trials.study.name, trials.split, trials.name)
      (first, second, users) = (a.number, b.number, a.values.count)
      (firstBetter, secondBetter, equal) = (comparison.better, comparison.worse, comparison.equal)
      (firstValue, secondValue, difference) = (a.values.mean, b.values.mean, comparison.difference)
      // A trial does not differ from itself for any user. Two trials that agree for all of these may differ for others.
      let interval = a.number == b.number ? ConfidenceInterval(low: 0, high: 0) : comparison.interval
      (low, high, pValue) = (interval.low, interval.high, comparison.pValue)
      decimalPlaces = trials.study.definition.metricDecimalPlaces
      differences = a.hyperparameters.pairs.compactMap { pair in
        let other = b.hyperparameters[pair.name]
        return other == pair.value ? nil : "\(pair.name) \(pair.value) and \(other.map { "\($0)" } ?? "nothing")"
      }
    }

    var text: String {
      func digits(_ value: Double) -> String { ProgressText.decimal(value, places: decimalPlaces) }
      let p = pValue < 0.0001 ? "below 0.0001" : ProgressText.decimal(pValue, places: 4)
      return """
        \(study), trials \(first) and \(second): \(metric) of \(users) users, \(split)
          values      \(digits(firstValue)) and \(digits(secondValue))
          difference  \(digits(difference)), 95 % interval \(digits(low)) to \(digits(high)), p \(p)
          users       \(firstBetter) better with trial \(first), \(secondBetter) with trial \(second), \(equal) equal
          parameters  \(differences.isEmpty ? "the same" : differences.joined(separator: "; "))
        """
    }
  }
}
