import ArgumentParser
import Literals
import Tuner

/// Compares two trials over the same users.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare two trials over the same users.",
    usage: "run-hyper compare [<study>] <first> <second> [<options>]",
    discussion: """
      The p-value is the probability of a difference at least this large, in
      either direction, between two equally good trials (sign-flip test). It is
      not corrected for picking these two trials out of many; to see which trials
      may be the best, use the = marks of the leaderboard.

      Examples:
        run-hyper compare 36 34
        run-hyper compare bert4rec-grocery-hyper 36 34
      """)

  @Argument(
    help: ArgumentHelp(
      "Name of the study (default: the newest study), and numbers of two trials, as in the leaderboard.",
      valueName: "trial"))
  var names: [String] = []

  @OptionGroup var question: MetricQuestion

  func run() throws {
    let (answer, decimalPlaces) = try reading {
      let (study, numbers) = try StudyAndTrials.split(names, trials: 2)
      let (first, second) = (try StudyAndTrials.number(numbers[0]), try StudyAndTrials.number(numbers[1]))
      let trials = try question.trials(of: study)
      let answer = try ComparisonDocument(trials, try trials.trial(first), try trials.trial(second))
      return (answer, trials.study.definition.metricDecimalPlaces)
    }
    try question.output(answer, text: answer.text(decimalPlaces: decimalPlaces))
  }
}

extension ComparisonDocument {
  /// The answer for a terminal.
  ///
  /// - Parameter decimalPlaces: Of the metric.
  fileprivate func text(decimalPlaces: Int) -> String {
    func digits(_ value: Double) -> String { value.decimal(places: decimalPlaces) }
    let p = pValue < 0.0001 ? "below 0.0001" : ProgressText.decimal(pValue, places: 4)
    let ranked = ranking.map { "\n  ranking     \($0)" } ?? ""
    return """
      \(study), trials \(first) and \(second): \(metric) of \(userCount(users, samples: samples)), \(split)\(ranked)
        values      \(digits(firstValue)) and \(digits(secondValue))
        difference  \(digits(difference)), 95 % interval \(digits(low)) to \(digits(high)), p \(p)
        users       \(firstBetter) better with trial \(first), \(secondBetter) with trial \(second), \(equal) equal
        parameters  \(differences.isEmpty ? "the same" : differences.joined(separator: "; "))
      """
  }
}
