import ArgumentParser
import Foundation
import Literals
import Model
import Tuner

/// Makes a dataset from a table.
struct DatasetImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Make a dataset from a table in CSV or with tabs.",
    usage: "run-hyper dataset import <name> <file> <columns> [<options>]",
    discussion: """
      The table has a header, and columns separated by commas, semicolons or tabs.
      Times are seconds or milliseconds since 1970, or dates as in ISO 8601.

      Example:
        run-hyper dataset import shop orders.csv --user=buyer --item=sku --time=date
      """)

  @Argument(help: "Name of the dataset, which becomes a folder NAME with a file NAME.inter.")
  var name: String

  @Argument(help: "The table.")
  var file: String

  @Option(help: ArgumentHelp("Column with the users.", valueName: "column"))
  var user: String

  @Option(help: ArgumentHelp("Column with the items.", valueName: "column"))
  var item: String

  @Option(help: ArgumentHelp("Column with the times.", valueName: "column"))
  var time: String

  @Option(
    name: .customLong("data_path"), help: ArgumentHelp("Folder of datasets. (default: ./datasets)", valueName: "folder")
  )
  var dataPath: String?

  @Flag(help: "Replace the NAME.inter of an existing dataset; its other files stay.")
  var replace = false

  private var folder: String { "\(dataPath ?? "datasets")/\(name)" }
  private var target: String { "\(folder)/\(name).inter" }

  func run() throws {
    try reading { try check() }
    let stop = StopController()
    let interruption = Interruption { stop.requestStop() }
    let report = try write { stop.isRequested }
    withExtendedLifetime(interruption) {}
    for dropped in report.dropped {
      Output.note(
        "note: \(dropped.count) \(dropped.count == 1 ? "row" : "rows") without \(dropped.lacks == "item" ? "an" : "a") \(dropped.lacks) "
          + "\(dropped.count == 1 ? "was" : "were") left out, the first one in line \(dropped.firstLine) "
          + "(words such as NA and null count as missing)")
    }
    let rows = report.rowCount == 1 ? "1 row" : "\(report.rowCount) rows"
    Output.note("Read \(file): columns separated by \(report.separators), times as \(report.times)\(Self.span(report))")
    Output.note("Wrote \(target), \(rows)")
    let place = dataPath.map { " --data_path=\($0.inShell)" } ?? ""
    Output.note("Next: \(ProgramCommand.line("dataset describe \(name.inShell)\(place)"))")
  }

  /// Refuses what could not be written at the end.
  private func check() throws(CommandError) {
    if let problem = DatasetConfiguration.problem(withName: name) {
      throw .input(
        "dataset import: found the name '\(name.inMessage)', which \(problem); expected a plain folder name")
    }
    let columns = [("--user", user), ("--item", item), ("--time", time)]
    for (index, column) in columns.enumerated() {
      guard let other = columns[..<index].first(where: { $0.1 == column.1 }) else { continue }
      throw .input(
        "\(column.0): found '\(column.1.inMessage)', which \(other.0) also names; expected another column")
    }
    guard FileManager.default.fileExists(atPath: target), !replace else { return }
    throw .input(
      "\(target.inMessage): found an existing dataset; expected another name, or --replace to write this file anew")
  }

  /// Writes the table's rows to a folder or file of its own, which gets its name when it is complete.
  private func write(shouldStop: () -> Bool) throws -> TableImport.Report {
    let place = ImportPlace(folder: folder, file: "\(name).inter")
    do {
      let report = try TableImport(path: file, user: user, item: item, time: time).run { bytes in
        if shouldStop() { throw CommandError.interrupted("Interrupted; nothing was written") }
        try place.write(bytes)
      }
      try place.finish()
      return report
    } catch {
      place.clear()
      if error is CommandError { throw error }
      if let error = error as? DataError { throw CommandError.input("\(error)") }
      throw CommandError.failed(
        "\(target): the dataset cannot be written; expected a writable folder with free space")
    }
  }

  /// The days of the first and the last time, if they look like days.
  private static func span(_ report: TableImport.Report) -> String {
    guard let range = report.timeRange, (86_400...4_102_444_800).contains(range.lowerBound),
      (86_400...4_102_444_800).contains(range.upperBound)
    else { return "" }
    let days = [range.lowerBound, range.upperBound].map {
      Date(timeIntervalSince1970: $0).formatted(.iso8601.year().month().day())
    }
    return " from \(days[0]) to \(days[1])"
  }
}
