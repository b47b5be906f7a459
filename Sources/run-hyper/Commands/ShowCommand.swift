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
    let (story, definition, isOver, recipe) = try reading {
      let (name, trials) = try StudyAndTrials.split(names, trials: 1)
      let number = trials[0] == "best" ? nil : try StudyAndTrials.number(trials[0], or: ", or best")
      let store = try storage.reader()
      let study = try store.requiredStudy(name)
      let story = try store.story(of: try number ?? best(of: study, in: store), in: study)
      // What cannot be trained again can be shown.
      let recipe = try? TrialRecipes(of: study.definition).recipe(of: story.hyperparameters, seed: story.repeated?.seed)
      return (story, study.definition, try store.isOver(study), recipe)
    }
    switch format {
    case .table:
      Output.result(TrialText(story, of: definition, isStudyOver: isOver, trainedBy: recipe?.command).text)
    case .json: Output.result(try JSONText.of(TrialDocument(story, trainedBy: recipe?.command)))
    }
  }

  private func best(of study: Study, in store: StudyStore) throws -> Int {
    let first = try store.leaderboard(of: study, LeaderboardQuery(top: 1, measuresCertainty: false)).rows.first
    guard let best = first, best.value != nil else {
      throw CommandError.input(
        "\(study.name): found no best trial: no trial has a value for \(study.definition.metric)")
    }
    return best.trial
  }
}
