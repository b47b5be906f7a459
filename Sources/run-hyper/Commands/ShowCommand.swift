import ArgumentParser
import Tuner

/// Tells a trial's story.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a trial: configuration, learning curve, results, failure.",
    discussion: """
      Example:
        run-hyper show bert4rec-grocery-hyper 17
      """)

  @Argument(help: "The study's name.")
  var study: String

  @Argument(help: "The trial's number, as in the leaderboard, or 'best'.")
  var trial: String

  @OptionGroup var storage: StorageOptions

  @Option(help: "table or json.")
  var format = AnswerFormat.table

  func run() throws {
    let (story, metric) = try reading {
      let store = try StudyStore(reading: storage.storage)
      let study = try store.requiredStudy(study)
      return (try store.story(of: try number(in: store, study), in: study), study.definition.metric)
    }
    switch format {
    case .table: Output.result(TrialText(story, metric: metric).text)
    case .json: Output.result(try JSONText.of(TrialDocument(story)))
    }
  }

  private func number(in store: StudyStore, _ study: Study) throws -> Int {
    if trial == "best" {
      let first = try store.leaderboard(of: study, LeaderboardQuery(top: 1, measuresCertainty: false)).rows.first
      guard let best = first, best.value != nil else {
        throw CommandError.input(
          "\(study.name): found no trial with a value of \(study.definition.metric); expected one to be best")
      }
      return best.trial
    }
    guard let number = Int(trial) else {
      throw CommandError.input("found trial '\(trial)'; expected its number in the leaderboard, or best")
    }
    return number
  }
}
