import ArgumentParser
import Foundation
import Literals
import Tuner

/// Where studies are kept.
struct StorageOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The database of studies.", valueName: "file"))
  var storage = Self.standard

  static let standard = "studies/studies.sqlite"
}

/// What is trained on what, beside tuned parameters.
struct ConfigurationOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The model; BERT4Rec is the only one.", valueName: "name"))
  var model: String?

  @Option(help: ArgumentHelp("The dataset: the folder NAME with NAME.inter.", valueName: "name"))
  var dataset: String?

  @Option(help: ArgumentHelp("The folder of datasets.", valueName: "folder"))
  var dataPath: String?

  @Option(help: ArgumentHelp("YAML files, separated by spaces; later ones win.", valueName: "files"))
  var configFiles = ""

  @Option(
    name: .customLong(CommandLineArguments.configurationOption),
    help: ArgumentHelp(
      "A configuration key; --KEY=VALUE is the same. \(ProgramCommand.line("train --help")) lists them.",
      valueName: "key=value"))
  var settings: [Setting] = []
}

/// A configuration key and its text.
struct Setting: ExpressibleByArgument {
  let pair: (key: String, text: String)

  init?(argument: String) {
    let pieces = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard pieces.count == 2, !pieces[0].isEmpty else { return nil }
    pair = (String(pieces[0]), String(pieces[1]))
  }
}

/// Files that a study writes at its end, beside the database.
struct ResultFileOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Also write all results to this file, as the reference program does.", valueName: "file"))
  var outputFile: String?

  @Option(
    help: ArgumentHelp("Also write charts to this file: one HTML page that needs no network.", valueName: "file"))
  var displayFile: String?

  /// - Parameter others: Files of the same command, none of which is to be overwritten, with their options.
  /// - Throws: `CommandError.input` when one has no place to be written.
  func check(beside others: [(option: String, path: String)]) throws(CommandError) {
    var taken = others
    for (option, file) in [("--output_file", outputFile), ("--display_file", displayFile)] {
      guard let file else { continue }
      try InputFile.checkPlace(of: file, option: option, beside: taken)
      taken.append((option, file))
    }
  }

  /// Writes what was asked for.
  func write(_ study: Study, in store: StudyStore) throws {
    if let outputFile {
      try ReferenceResults.write(
        try store.leaderboard(of: study, LeaderboardQuery(measuresCertainty: false)), to: outputFile)
    }
    if let displayFile {
      let page = ChartPage.html(of: try store.chart(of: study))
      do {
        try Data(page.utf8).write(to: URL(fileURLWithPath: displayFile), options: .atomic)
      } catch {
        throw CommandError.failed("\(displayFile): the charts cannot be written there; expected a writable folder")
      }
    }
  }
}

/// What trials are compared by.
struct MetricOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Such as mrr@5, at any cut-off; the study's metric when left out.", valueName: "name"))
  var metric: String?

  @Option(help: "Which held-out items: valid or test.")
  var split = Split.valid

  /// Held-out items.
  enum Split: String, CaseIterable, ExpressibleByArgument {
    case valid, test
  }
}

/// How an answer is written.
enum AnswerFormat: String, CaseIterable, ExpressibleByArgument {
  case table, json
}

/// Answers for programs.
enum JSONText {
  static func of(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return JSON.visible(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}

/// A file that a person named.
enum InputFile {
  /// Bytes of a text; the largest grid's file has a fraction of that.
  private static let largestText = 1 << 24

  /// Its text.
  ///
  /// - Throws: `CommandError.input` when it is missing, unreadable or not UTF-8.
  static func text(of path: String, remedy: String) throws(CommandError) -> String {
    let bytes = try bytes(of: path, most: largestText, remedy: remedy)
    guard bytes.count <= largestText else {
      throw .input("\(path): found more than \(largestText) bytes; expected \(remedy)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .input("\(path): found bytes that are not UTF-8; expected \(remedy)")
    }
    return text
  }

  /// Makes sure, before any work, that a file can be written and is none of the others.
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
      message(at: option, found: "'\(file)', which \(same.option) names as well", expected: "another file"))
  }

  /// The same for all paths that lead to a file.
  private static func place(of file: String) -> String {
    let path = URL(fileURLWithPath: file).resolvingSymlinksInPath().path
    let folder = URL(fileURLWithPath: path.parentFolder).resolvingSymlinksInPath().path
    return "\(folder)/\(path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) } ?? "")"
  }

  /// Its bytes.
  ///
  /// - Parameter most: Reads one byte more at most; a device has no end.
  static func bytes(of path: String, most: Int? = nil, remedy: String) throws(CommandError) -> [UInt8] {
    do {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      return Array(try (most.map { try file.read(upToCount: $0 + 1) } ?? file.readToEnd()) ?? Data())
    } catch {
      let found = FileManager.default.fileExists(atPath: path) ? "a file that cannot be read" : "no such file"
      throw .input("\(path): found \(found); expected \(remedy)")
    }
  }
}

extension StudyStore {
  /// The study of that name, or the newest one.
  ///
  /// - Throws: `CommandError.input` with the nearest name, when there is none.
  func requiredStudy(_ name: String?) throws -> Study {
    if let study = try study(named: name) { return study }
    guard let name else { throw CommandError.input("\(path): found no study; expected one to be begun") }
    let names = try studies().map(\.study.name)
    let nearest = nearestName(to: name, among: names)
    throw CommandError.input(
      message(
        at: path, found: "no study '\(name)'",
        expected: nearest ?? (names.isEmpty ? "one to be begun" : names.joined(separator: ", ")))
    )
  }
}
