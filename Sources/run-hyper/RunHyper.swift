import ArgumentParser
import Literals

/// All commands.
struct RunHyper: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run-hyper",
    abstract: "Tune BERT4Rec: train it with every configuration of a parameter file and rank the results.",
    discussion: """
      Examples:
      \(examples.map { "  \($0)" }.joined(separator: "\n"))

      Exit status:
      \(exitStatus.map { "  \("\($0.status)".padding(to: 5))\($0.meaning)" }.joined(separator: "\n"))
      """,
    version: "0.1.0",
    subcommands: [
      StudyCommand.self, ResumeCommand.self, SubmitCommand.self, JobsCommand.self, LeaderboardCommand.self,
      StudiesCommand.self, ShowCommand.self, CompareCommand.self, ImportanceCommand.self, ChartCommand.self,
      DashboardCommand.self, EnsembleCommand.self, VerifyCommand.self, TrainCommand.self, EvaluateCommand.self,
      RecommendCommand.self, ExportCommand.self, DatasetCommand.self, CompletionCommand.self, ManualCommand.self,
    ],
    defaultSubcommand: StudyCommand.self)

  static let examples = [
    "run-hyper --params_file=hyper.test      start a study, or continue it",
    "run-hyper leaderboard                   rank the trials of the newest study",
    "run-hyper study --help                  all options of a study",
  ]

  static let exitStatus: [(status: Int, meaning: String)] = [
    (0, "done"), (1, "something failed on the way"), (2, "wrong usage or input; nothing was started"),
    (130, "interrupted; run the same command to resume"),
  ]
}
