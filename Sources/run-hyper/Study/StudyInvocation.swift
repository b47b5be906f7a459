import Foundation
import Literals
import Model
import Tuner

/// What a study has to remember about the command that made it, so that `resume` needs nothing else.
struct StudyInvocation: Codable {
  /// The parameter file as it was named, for messages.
  var paramsFile: String

  /// The folder of datasets, as an absolute path.
  var dataPath: String?

  /// Every key that is not tuned, in canonical text.
  var values: [String: String]

  /// How points are chosen; studies from before there was a choice have none.
  var plan: SearchPlan?

  init(_ space: TuningSpace) {
    plan = space.plan
    let tuned = Set(space.space.parameters.map(\.name))
    paramsFile = space.space.file
    dataPath = space.firstConfiguration.dataset.folder.map {
      URL(fileURLWithPath: $0).standardizedFileURL.deletingLastPathComponent().path
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

  /// Which points a study may have: with `--skip_impossible`, those that can be trained.
  ///
  /// A function of what the study stores, as `resume` goes by.
  @Sendable static func isPossible(in definition: StudyDefinition) -> (Hyperparameters) -> Bool {
    guard let (file, sources, plan) = try? sources(of: definition), plan.leavesOut,
      let space = try? SearchSpace(parsing: definition.searchSpace, file: file)
    else { return { _ in true } }
    return { (try? sources.configuration(tuned: TuningSpace.layer($0, of: space))) != nil }
  }

  /// The sources that give the study's configuration again.
  static func sources(of definition: StudyDefinition) throws -> (
    file: String, sources: ConfigurationSources, plan: SearchPlan
  ) {
    guard let stored = try? JSONDecoder().decode(Self.self, from: Data(definition.invocation.utf8)) else {
      throw CommandError.input(
        "study '\(definition.name)': found no command that made it; expected to go on with run-hyper --study=\(definition.name)"
      )
    }
    var values: [String: Literal] = [:]
    for (key, text) in stored.values { values[key] = try? Literal(parsing: text, as: .configuration) }
    // The folder may have moved with the study; then the usual places are searched.
    let isThere = stored.dataPath.map { FileManager.default.fileExists(atPath: $0) } ?? false
    values["data_path"] = isThere ? stored.dataPath.map { .text($0) } : nil
    return (
      stored.paramsFile, ConfigurationSources(stored: .init(source: "study \(definition.name)", canonical: values)),
      stored.plan ?? SearchPlan()
    )
  }
}
