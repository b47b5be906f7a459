import ArgumentParser

/// All commands.
struct RunHyper: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run-hyper",
    abstract: "Tunes BERT4Rec: trains it for every configuration of a parameter file and ranks them.",
    discussion: """
      Example:
        run-hyper --params_file=hyper.test

      Exit status: 0 done; 1 failed; 2 wrong usage or input, nothing started; 130 interrupted, to be continued.
      """,
    version: "0.1.0",
    subcommands: [
      StudyCommand.self, ResumeCommand.self, LeaderboardCommand.self, StudiesCommand.self, ShowCommand.self,
      CompareCommand.self, ImportanceCommand.self, VerifyCommand.self,
      TrainCommand.self, EvaluateCommand.self, DatasetCommand.self,
    ],
    defaultSubcommand: StudyCommand.self)
}
