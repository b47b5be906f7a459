import ArgumentParser
import Tuner

/// What commands that compare trials by a metric ask: in which database, by which metric, and how to answer.
struct MetricQuestion: ParsableArguments {
  @OptionGroup var storage: StorageOptions

  @Option(help: ArgumentHelp("Metric at any cut-off, such as mrr@5. (default: the study's metric)", valueName: "name"))
  var metric: String?

  @Option(help: "Held-out items to use.")
  var split = Split.valid

  @OptionGroup var ranking: RankingOptions

  @Option(help: "Output format.")
  var format = AnswerFormat.table

  /// Held-out items.
  enum Split: String, CaseIterable, ExpressibleByArgument {
    case valid, test
  }

  /// The finished trials of a study and their values of the metric.
  ///
  /// - Parameter name: The study's name, or `nil` for the newest study.
  func trials(of name: String?) throws -> FinishedTrials {
    let store = try storage.reader()
    return try store.finishedTrials(
      of: store.requiredStudy(name), metric: metric, split: split.rawValue, isRepeatable: ranking.repeatable?.value)
  }

  /// Prints an answer in the requested format.
  func output(_ answer: some Encodable, text: @autoclosure () -> String) throws {
    switch format {
    case .table: Output.result(text())
    case .json: Output.result(try JSONText.of(answer))
    }
  }
}

/// A number of users for a sentence, with that of their held-out items, if it is another one.
func userCount(_ users: Int, samples: Int?) -> String {
  let users = "\(users) users"
  return samples.map { "\($0) held-out items of \(users)" } ?? users
}
