import ArgumentParser
import Tuner

/// Shows everything about a trial.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a trial: configuration, results, attempts, learning curve.",
    usage: "run-hyper show [<study>] <trial> [<options>]",
    discussion: """
      Examples:
        run-hyper show best
        run-hyper show bert4rec-grocery-hyper 17
      """)

  @Argument(
    help: ArgumentHelp(
      "Name of the study (default: the newest study), and number of the trial, as in the leaderboard, or 'best'.",
      valueName: "trial"))
  var names: [String] = []

  @OptionGroup var storage: StorageOptions

  @Option(help: "Output format.")
  var format = AnswerFormat.table

  func run() throws {
    let (story, definition, isOver) = try reading {
      let (name, trials) = try StudyAndTrials.split(names, trials: 1)
      let store = try storage.reader()
      let study = try store.requiredStudy(name)
      return (
        try store.story(of: try number(of: trials[0], in: store, study), in: study), study.definition,
        try store.isOver(study)
      )
    }
    switch format {
    case .table: Output.result(TrialText(story, of: definition, isStudyOver: isOver).text)
    case .json: Output.result(try JSONText.of(TrialDocument(story)))
    }
  }

  private func number(of trial: String, in store: StudyStore, _ study: Study) throws -> Int {
    if trial == "best" {
      let first = try store.leaderboard(of: study, LeaderboardQuery(top: 1, measuresCertainty: false)).rows.first
      guard let best = first, best.value != nil else {
        throw CommandError.input(
          "\(study.name): found no best trial: no trial has a value for \(study.definition.metric)")
      }
      return best.trial
    }
    return try StudyAndTrials.number(trial, or: ", or best")
  }
}
