import ArgumentParser
import Tuner

/// Shows everything about a trial.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a trial: configuration, results, attempts, learning curve.",
    usage: "run-hyper show <study> <trial> [<options>]",
    discussion: """
      Example:
        run-hyper show bert4rec-grocery-hyper 17
      """)

  @Argument(help: "Name of the study.")
  var study: String

  @Argument(help: "Number of the trial, as in the leaderboard, or 'best'.")
  var trial: String

  @OptionGroup var storage: StorageOptions

  @Option(help: "Output format.")
  var format = AnswerFormat.table

  func run() throws {
    let (story, definition, isOver) = try reading {
      let store = try storage.reader()
      let study = try store.requiredStudy(study)
      return (
        try store.story(of: try number(in: store, study), in: study), study.definition, try store.isOver(study)
      )
    }
    switch format {
    case .table: Output.result(TrialText(story, of: definition, isStudyOver: isOver).text)
    case .json: Output.result(try JSONText.of(TrialDocument(story)))
    }
  }

  private func number(in store: StudyStore, _ study: Study) throws -> Int {
    if trial == "best" {
      let first = try store.leaderboard(of: study, LeaderboardQuery(top: 1, measuresCertainty: false)).rows.first
      guard let best = first, best.value != nil else {
        throw CommandError.input(
          "\(study.name): found no best trial: no trial has a value for \(study.definition.metric)")
      }
      return best.trial
    }
    guard let number = Int(trial) else {
      throw CommandError.input("found trial '\(trial)'; expected a trial number from the leaderboard, or best")
    }
    return number
  }
}
