import ArgumentParser
import Literals
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
    let (answer, decimalPlaces) = try reading {
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
      \(study), trials \(first) and \(second): \(metric) of \(users) users, \(split)\(ranked)
        values      \(digits(firstValue)) and \(digits(secondValue))
        difference  \(digits(difference)), 95 % interval \(digits(low)) to \(digits(high)), p \(p)
        users       \(firstBetter) better with trial \(first), \(secondBetter) with trial \(second), \(equal) equal
        parameters  \(differences.isEmpty ? "the same" : differences.joined(separator: "; "))
      """
  }
}
