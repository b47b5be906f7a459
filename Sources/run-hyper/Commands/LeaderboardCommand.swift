import ArgumentParser
import Tuner

/// Ranks a study's trials.
struct LeaderboardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leaderboard",
    abstract: "Rank a study's trials by their validation metric.",
    discussion: """
      Examples:
        run-hyper leaderboard
        run-hyper leaderboard bert4rec-grocery-hyper --top=5 --where=n_layers=2 --sort=test.ndcg@10
        run-hyper leaderboard --format=csv > results.csv
      """)

  @Argument(help: "The study's name; the newest study when left out.")
  var study: String?

  @OptionGroup var storage: StorageOptions

  @Option(help: ArgumentHelp("Trials to show; 0 for all.", valueName: "count"))
  var top = 10

  @Option(help: ArgumentHelp("A metric of a split, such as valid.mrr@10.", valueName: "split.metric"))
  var sort: String?

  @Option(
    name: .customLong("where"), parsing: .singleValue,
    help: ArgumentHelp("Only trials with this parameter value; may be repeated.", valueName: "name=value"))
  var conditions: [String] = []

  @Option(help: "table, json, csv or markdown.")
  var format = BoardFormat.table

  func run() throws {
    let (board, decimalPlaces, note) = try reading {
      let store = try StudyStore(reading: storage.storage)
      guard top >= 0 else { throw CommandError.input("--top: found \(top); expected 0 or more") }
      let study = try store.requiredStudy(study)
      let board = try store.leaderboard(
        of: study, LeaderboardQuery(top: top == 0 ? nil : top, sort: sort, filters: conditions))
      let isEmpty = !conditions.isEmpty && board.rows.isEmpty && board.failures.isEmpty
      let note =
        isEmpty
        ? try store.leaderboard(of: study, LeaderboardQuery(measuresCertainty: false)).mismatch(conditions) : nil
      return (board, study.definition.metricDecimalPlaces, note)
    }
    Output.result(board.text(format.format, decimalPlaces: decimalPlaces), newLine: false)
    if let note { Output.note(note) }
  }

  /// The leaderboard's formats, as arguments.
  enum BoardFormat: String, CaseIterable, ExpressibleByArgument {
    case table, json, csv, markdown

    var format: Leaderboard.Format {
      switch self {
      case .table: .table
      case .json: .json
      case .csv: .csv
      case .markdown: .markdown
      }
    }
  }
}
