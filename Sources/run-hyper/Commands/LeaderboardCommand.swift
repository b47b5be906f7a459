import ArgumentParser
import Foundation
import Literals
import Tuner

/// Ranks a study's trials.
struct LeaderboardCommand: ParsableCommand, CheckedCommand {
  static let configuration = CommandConfiguration(
    commandName: "leaderboard",
    abstract: "Rank a study's trials by their validation metric.",
    usage: "run-hyper leaderboard [<study>] [<options>]",
    discussion: """
      Examples:
        run-hyper leaderboard
        run-hyper leaderboard bert4rec-grocery-hyper --top=5 --where=n_layers=2
        run-hyper leaderboard --where='learning_rate<=0.001' --where=state!=pruned
        run-hyper leaderboard --sort=mrr@5
        run-hyper leaderboard --sort=tflop --where='n_layers in 1,2'
        run-hyper leaderboard --sort=test.ndcg@10 --repeatable=False
        run-hyper leaderboard --front
        run-hyper leaderboard --format=csv > results.csv
      """)

  @Argument(help: "Name of the study. (default: the newest study)")
  var study: String?

  @OptionGroup var storage: StorageOptions

  @Option(help: ArgumentHelp("Number of trials to show; 0 shows all.", valueName: "count"))
  var top = 10

  @Option(
    help: ArgumentHelp(
      """
      Metric to sort by, such as test.mrr@5, or another column, such as tflop, \
      with a minus before it for the other order. (default: the study's metric)
      """, valueName: "column"))
  var sort: String?

  @OptionGroup var ranking: RankingOptions

  @Option(
    name: .customLong("where"), parsing: .singleValue,
    help: ArgumentHelp(
      """
      Show only trials for which this holds, such as n_layers=2 or 'tflop<0.5'; \
      =, !=, <, <=, >, >= or in; can be repeated.
      """, valueName: "condition"))
  var conditions: [String] = []

  @Flag(
    help: """
      Mark the trials that no other beats in both cost and the metric by which \
      they are ranked.
      """)
  var front = false

  @Option(
    help: ArgumentHelp(
      "Columns of a table, separated by commas, or all. (default: all that fit the terminal, else all)",
      valueName: "names"))
  var columns: String?

  @Option(help: "Output format.")
  var format = BoardFormat.table

  func check(_ mistakes: inout Mistakes) throws { _ = try readConditions(&mistakes) }

  /// Reads the conditions, and checks what is known before the database is opened.
  private func readConditions(_ mistakes: inout Mistakes) throws -> [Condition] {
    let read = try conditions.compactMap { text in try mistakes.gather { try Condition(parsing: text) } }
    if top < 0 { mistakes.add("--top: found \(top); expected 0 or more") }
    if let columns {
      if format != .table, format != .markdown {
        mistakes.add(
          "--columns cannot be combined with --format=\(format.rawValue), which has everything; leave it out")
      } else if Self.names(in: columns).isEmpty {
        mistakes.add("--columns: found no name in '\(columns.inMessage)'; expected all, or names separated by commas")
      }
    }
    return read
  }

  private static func names(in columns: String) -> [String] {
    columns.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  func run() throws {
    let (board, decimalPlaces, columns, note) = try reading {
      var mistakes = Mistakes()
      let conditions = try readConditions(&mistakes)
      try mistakes.check()
      let store = try storage.reader()
      let study = try store.requiredStudy(study)
      let board = try store.leaderboard(
        of: study,
        LeaderboardQuery(
          top: top == 0 ? nil : top, sort: sort, isRepeatable: ranking.repeatable?.value, conditions: conditions,
          marksFront: front))
      let columns = try selection(from: board)
      let isEmpty = !conditions.isEmpty && board.rows.isEmpty && board.failures.isEmpty
      let note =
        isEmpty
        ? try store.leaderboard(
          of: study, LeaderboardQuery(sort: sort, isRepeatable: ranking.repeatable?.value, measuresCertainty: false)
        ).mismatch(conditions) : nil
      return (board, study.definition.metricDecimalPlaces, columns, note)
    }
    Output.result(board.text(format.format, decimalPlaces: decimalPlaces, columns: columns), newLine: false)
    if let note { Output.note(note) }
  }

  /// The columns to show.
  private func selection(from board: Leaderboard) throws -> Leaderboard.ColumnSelection {
    let fitting = format == .table ? Output.resultWidth.map { Leaderboard.ColumnSelection.fitting($0) } : nil
    guard let columns else { return fitting ?? .all }
    return columns == "all" ? .all : try board.selection(ofColumns: Self.names(in: columns))
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
