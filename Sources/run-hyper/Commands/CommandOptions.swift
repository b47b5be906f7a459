import ArgumentParser
import Foundation
import Literals
import Tuner

/// Model, dataset and configuration, apart from the tuned parameters.
struct ConfigurationOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Model; BERT4Rec is the only one.", valueName: "name"))
  var model: String?

  @Option(help: ArgumentHelp("Dataset: a folder NAME with a file NAME.inter. (default: grocery)", valueName: "name"))
  var dataset: String?

  @Option(
    name: .customLong("data_path"),
    help: ArgumentHelp(
      "Folder of datasets. (default: ./datasets, ./dataset, then the bundled ones)", valueName: "folder"))
  var dataPath: String?

  @Option(
    name: .customLong("config_files"),
    help: ArgumentHelp("YAML files, separated by spaces; later files override earlier ones.", valueName: "files"))
  var configFiles = ""

  @Option(
    name: .customLong(CommandLineArguments.configurationOption),
    help: ArgumentHelp(
      "Set a configuration key; short form: --KEY=VALUE. \(ProgramCommand.line("train --help")) lists all keys.",
      valueName: "key=value"))
  var settings: [Setting] = []

  /// The YAML files with their option.
  var inputFiles: [(option: String, path: String)] {
    configFiles.split(separator: " ").map { ("--config_files", String($0).expandingHome) }
  }
}

/// A configuration key and its value as text.
struct Setting: ExpressibleByArgument {
  let pair: (key: String, text: String)

  init?(argument: String) {
    let pieces = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard pieces.count == 2, !pieces[0].isEmpty else { return nil }
    pair = (String(pieces[0]), String(pieces[1]))
  }
}

/// Files that a study writes at its end, in addition to the database.
struct ResultFileOptions: ParsableArguments {
  @Option(
    name: .customLong("output_file"),
    help: ArgumentHelp("Also write all results to this file, in RecBole's text format.", valueName: "file"))
  var outputFile: String?

  @Option(
    name: .customLong("display_file"),
    help: ArgumentHelp("Also write charts to this file: one HTML page that needs no network.", valueName: "file"))
  var displayFile: String?

  /// - Parameter others: Other files of the command, which must not be overwritten, with their options.
  /// - Throws: `CommandError.input` with all that have no place to be written.
  func check(beside others: [(option: String, path: String)]) throws(CommandError) {
    var mistakes = Mistakes()
    var taken = others
    for (option, file) in [("--output_file", outputFile), ("--display_file", displayFile)] {
      guard let file else { continue }
      _ = try mistakes.gather { try InputFile.checkPlace(of: file, option: option, beside: taken) }
      taken.append((option, file))
    }
    try mistakes.check()
  }

  /// Writes the requested files.
  func write(_ study: Study, in store: StudyStore) throws {
    if let outputFile {
      try ReferenceResults.write(
        try store.leaderboard(of: study, LeaderboardQuery(measuresCertainty: false)), to: outputFile)
    }
    if let displayFile {
      let chart = try store.chart(of: study, recipe: TrialRecipes.forCharts(of: study.definition))
      try Self.write(ChartPage.html(of: chart), to: displayFile)
    }
  }

  /// Writes a page of charts.
  static func write(_ page: String, to file: String) throws(CommandError) {
    do {
      try Data(page.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
    } catch {
      throw CommandError.failed("\(file): the charts cannot be written; expected a writable folder with free space")
    }
  }
}

/// The output format of an answer.
enum AnswerFormat: String, CaseIterable, ExpressibleByArgument {
  case table, json
}

/// A file named on the command line.
enum InputFile {
  /// Maximum size of a text file in bytes; the file of the largest grid is much smaller.
  private static let largestText = 1 << 24

  /// The file's text.
  ///
  /// - Throws: `CommandError.input` when it is missing, unreadable or not UTF-8.
  static func text(of path: String, remedy: String) throws(CommandError) -> String {
    let bytes = try bytes(of: path, most: largestText, remedy: remedy)
    guard bytes.count <= largestText else {
      throw .input("\(path.inMessage): found more than \(largestText) bytes; expected \(remedy)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .input("\(path.inMessage): found bytes that are not UTF-8; expected \(remedy)")
    }
    return text
  }

  /// Checks, before any work, that a file can be written and is not one of the others.
  static func checkPlace(
    of file: String, option: String, beside others: [(option: String, path: String)] = []
  ) throws(CommandError) {
    guard !file.utf8.isEmpty, file.utf8.last != UInt8(ascii: "/"), !FileManager.default.fileExists(atPath: file + "/.")
    else { throw .input(message(at: option, found: "'\(file)', a folder", expected: "the path of a file")) }
    let folder = file.parentFolder
    guard FileManager.default.fileExists(atPath: folder + "/."), FileManager.default.isWritableFile(atPath: folder)
    else {
      throw .input(message(at: option, found: "no writable folder '\(folder)'", expected: "one that exists"))
    }
    guard let same = others.first(where: { place(of: $0.path) == place(of: file) }) else { return }
    throw .input(
      message(at: option, found: "'\(file)', which \(same.option) also names", expected: "another file"))
  }

  /// Equal for all paths that lead to the same file.
  static func place(of file: String) -> String {
    let path = URL(fileURLWithPath: file).resolvingSymlinksInPath().path
    let folder = URL(fileURLWithPath: path.parentFolder).resolvingSymlinksInPath().path
    return "\(folder)/\(path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) } ?? "")"
  }

  /// The file's bytes.
  ///
  /// - Parameter most: The maximum size; at most one more byte is read, since a device has no end.
  static func bytes(of path: String, most: Int? = nil, remedy: String) throws(CommandError) -> [UInt8] {
    do {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      return Array(try (most.map { try file.read(upToCount: $0 + 1) } ?? file.readToEnd()) ?? Data())
    } catch {
      let found = FileManager.default.fileExists(atPath: path) ? "a file that cannot be read" : "no such file"
      throw .input("\(path.inMessage): found \(found); expected \(remedy)")
    }
  }
}

extension StudyStore {
  /// The study with that name, or the newest study for `nil`.
  ///
  /// - Throws: `CommandError.input` with the nearest name if there is no such study.
  func requiredStudy(_ name: String?) throws -> Study {
    if let study = try study(named: name) { return study }
    guard let name else {
      throw CommandError.input("\(path): found no study; start one with \(ProgramCommand.line("--params_file=FILE"))")
    }
    let names = try studies().map(\.study.name)
    let nearest = nearestName(to: name, among: names)
    throw CommandError.input(
      message(
        at: path, found: "no study '\(name)'",
        expected: nearest ?? (names.isEmpty ? "one that was started" : names.joined(separator: ", ")))
    )
  }
}
