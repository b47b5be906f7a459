import Foundation
import Literals
import Model
import Tuner

/// What a study remembers about the command that created it, so that `resume` needs nothing else.
struct StudyInvocation: Codable {
  /// The parameter file's path as it was given, for messages.
  var paramsFile: String

  /// The folder of datasets, as an absolute path.
  var dataPath: String?

  /// Every key that is not tuned, in canonical text.
  var values: [String: String]

  /// How points are chosen; `nil` in studies older than this setting.
  var plan: SearchPlan?

  /// What is written beside the database; `nil` if nothing is.
  var files: ResultFiles?

  init(_ space: TuningSpace, _ files: ResultFiles) {
    plan = space.plan
    self.files = files == ResultFiles() ? nil : files
    let tuned = Set(space.space.parameters.map(\.name))
    paramsFile = space.space.file
    dataPath = space.firstConfiguration.dataset.folder.map {
      URL(fileURLWithPath: $0).standardizedFileURL.path.parentFolder
    }
    values = Dictionary(
      space.firstConfiguration.values.filter { !tuned.contains($0.key) }.map { ($0.key, $0.value.exactJSON) }
    ) { $1 }
  }

  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  /// The files that a study's stored command names.
  static func files(of definition: StudyDefinition) -> ResultFiles? {
    (try? JSONDecoder().decode(Self.self, from: Data(definition.invocation.utf8)))?.files
  }

  /// Returns whether a study may have a point: with `--skip_impossible`, only if it can be trained.
  ///
  /// Depends only on what the study stores, like `resume`.
  @Sendable static func isPossible(in definition: StudyDefinition) -> (Hyperparameters) -> Bool {
    guard let (file, sources, plan) = try? sources(of: definition), plan.leavesOut,
      let space = try? SearchSpace(parsing: definition.searchSpace, file: file)
    else { return { _ in true } }
    return { (try? sources.configuration(with: [TuningSpace.layer($0, of: space)])) != nil }
  }

  /// The sources that give the study's configuration again.
  static func sources(of definition: StudyDefinition) throws -> (
    file: String, sources: ConfigurationSources, plan: SearchPlan
  ) {
    guard let stored = try? JSONDecoder().decode(Self.self, from: Data(definition.invocation.utf8)) else {
      throw CommandError.input(
        "study '\(definition.name)' has no stored command; continue it with "
          + ProgramCommand.line("--params_file=FILE --study=\(definition.name.inShell)")
      )
    }
    var values: [String: Literal] = [:]
    for (key, text) in stored.values { values[key] = try? Literal(parsing: text, as: .configuration) }
    // The folder may have moved together with the study; in that case the usual places are searched.
    let isThere = stored.dataPath.map { FileManager.default.fileExists(atPath: $0) } ?? false
    values["data_path"] = isThere ? stored.dataPath.map { .text($0) } : nil
    guard stored.plan?.isPossible ?? true else {
      throw CommandError.input(
        "study '\(definition.name)': the search settings stored in its database are invalid; continue it with "
          + ProgramCommand.line("--params_file=FILE --study=\(definition.name.inShell)"))
    }
    return (
      stored.paramsFile, ConfigurationSources(stored: .init(source: "study \(definition.name)", canonical: values)),
      stored.plan ?? SearchPlan()
    )
  }
}

extension TuningSpace {
  /// The space of a study that exists, with the settings that its database has stored.
  init(of definition: StudyDefinition) throws {
    let (file, sources, plan) = try StudyInvocation.sources(of: definition)
    try self.init(text: definition.searchSpace, file: file, sources: sources, plan: plan)
  }
}

extension SearchPlan {
  /// Whether a command could have created this plan; somebody may have changed it in the database.
  fileprivate var isPossible: Bool {
    let counts = [maxEvaluations, earlyStop, firstRung, repeats, keepWeights].compactMap { $0 }
    return counts.allSatisfy { 1...1_000_000_000 ~= $0 } && 2...1_000_000 ~= reductionFactor ?? 2
  }
}
