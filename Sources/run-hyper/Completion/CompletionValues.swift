import Foundation
import Literals
import Model
import Tuner

/// What stands in the database and in the folders that a command line names.
///
/// Everything is read only. What cannot be read, there is none of.
struct CompletionValues {
  let typed: TypedWords

  init(_ typed: TypedWords) { self.typed = typed }

  typealias Word = Completion.Word

  /// The words for a value that begins with `text`.
  ///
  /// - Returns: The beginning of `text` that stays, and what can follow it.
  func words(for value: CompletionValue, _ text: String) throws -> (stays: String, words: [Word]) {
    switch value {
    case .file, .folder: ("", [])
    case .words(let words): ("", words.map { Word(text: $0) })
    case .studies: ("", studies)
    case .trials: ("", trials(beginningWith: text) + (typed.operands.isEmpty ? operandStudies : []))
    case .datasets: ("", datasets)
    case .metric: ("", metrics { $0.split == "valid" }.map { Word(text: $0.name) })
    case .order:
      ("", (metrics { _ in true }.map(Self.short) + parameters.map(\.name) + Self.facts).map { Word(text: $0) })
    case .columns: columns(text)
    case .condition: conditions(text)
    case .setting: settings(text)
    }
  }

  // MARK: - The database

  private static let mostTrials = 200

  /// What a leaderboard knows of each trial besides parameters and metrics.
  private static let facts = Leaderboard.Column.common.map(\.key)

  private func reading<Value>(_ body: (StudyStore) throws -> Value?) -> Value? {
    let named = typed.values["storage"].map { (try? OptionText.value($0, of: "storage")) ?? nil }
    let checkpoints = typed.values["checkpoints"]?.expandingHome
    guard let path = named ?? OptionText.standardStorage,
      let store = try? StudyStore(reading: path, checkpoints: checkpoints)
    else { return nil }
    return (try? body(store)) ?? nil
  }

  private var studies: [Word] { (reading { try $0.studyNames() } ?? []).map { Word(text: $0) } }

  /// Studies in front of trials, as `show` and `compare` take them.
  private var operandStudies: [Word] {
    ["show", "compare"].contains(typed.command.first) ? studies : []
  }

  /// The study that the line names, or the newest one.
  private func study(in store: StudyStore) throws -> Study? {
    for name in [typed.operands.first, typed.values["study"]].compactMap(\.self) {
      if let study = try store.study(named: name) { return study }
    }
    return try store.study(named: nil)
  }

  private func trials(beginningWith digits: String) -> [Word] {
    let numbers = reading { store in
      try study(in: store).map { try store.trialNumbers(of: $0, beginningWith: digits, limit: Self.mostTrials) }
    }
    let best = typed.command == ["compare"] ? [] : [Word(text: "best")]
    return best + (numbers ?? []).map { Word(text: "\($0)") }
  }

  /// The metrics of the study, its own first.
  private func metrics(where isIncluded: (MetricName) -> Bool) -> [MetricName] {
    let found = reading { store -> [String]? in
      guard let study = try study(in: store) else { return nil }
      return [study.definition.metric] + (try store.measuredMetrics(of: study))
    }
    var seen: Set<String> = []
    return (found ?? []).map(MetricName.init).filter { seen.insert($0.description).inserted && isIncluded($0) }
  }

  /// A metric's name without the split if that is the usual one.
  private static func short(_ metric: MetricName) -> String {
    metric.split == "valid" ? metric.name : metric.description
  }

  private var parameters: [SearchSpace.Parameter] {
    let text = reading { try study(in: $0)?.definition.searchSpace }
    return text.flatMap { try? SearchSpace(parsing: $0, file: "") }?.parameters ?? []
  }

  /// Completes the last of several columns.
  private func columns(_ text: String) -> (stays: String, words: [Word]) {
    let stays = text.lastIndex(of: ",").map { String(text[...$0]) } ?? ""
    let given = Set(stays.split(separator: ",").map(String.init))
    let names = parameters.map(\.name) + metrics { _ in true }.map(Self.short) + Self.facts
    return (stays, ((stays.isEmpty ? ["all"] : []) + names).filter { !given.contains($0) }.map { Word(text: $0) })
  }

  /// Completes the name of a parameter, or after `=` its value.
  private func conditions(_ text: String) -> (stays: String, words: [Word]) {
    guard let sign = text.firstIndex(of: "=") else { return ("", parameters.map { Word(text: "\($0.name)=") }) }
    let name = text[..<sign].drop { $0 == "-" }.trimmingCharacters(in: CharacterSet(charactersIn: " !<>"))
    guard case .choice(let values)? = parameters.first(where: { $0.name == name })?.distribution else {
      return (String(text[...sign]), [])
    }
    return (String(text[...sign]), values.map { Word(text: $0.plain) })
  }

  // MARK: - Datasets and settings

  private var datasets: [Word] {
    var configuration = DatasetConfiguration()
    if let path = typed.values["data_path"] {
      configuration.dataPaths = [path.expandingHome]
    } else {
      configuration.dataPaths += ConfigurationSources.bundledDatasets.map { [$0] } ?? []
    }
    return configuration.availableNames.map { Word(text: $0) }
  }

  /// Completes a configuration key, or after `=` its value.
  private func settings(_ text: String) -> (stays: String, words: [Word]) {
    guard let sign = text.firstIndex(of: "=") else {
      return ("", Configuration.keys.map { Word(text: "\($0.name)=", note: $0.summary) })
    }
    let key = Configuration.keys.first { $0.name == text[..<sign] }
    return (String(text[...sign]), (key?.values ?? []).map { Word(text: $0) })
  }
}
