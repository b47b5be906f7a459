import Foundation
package import Literals
import Model
package import Tuner

/// What trains the trials of a study again, outside it: a command, and a file for `--config_files`.
package struct TrialRecipes {
  /// The settings that give a trial's configuration, and no others.
  package struct Recipe: Equatable {
    /// Keys with their values, the dataset first, then what the study tunes.
    package let settings: [Setting]

    /// A key and its value, as a literal and as the command line takes it.
    package struct Setting: Equatable {
      package let key: String
      package let value: Literal
      let text: String
    }

    /// The command of `train`, in the folder in which the recipe was made.
    package var command: String {
      ProgramCommand.line((["train"] + settings.map { "--\($0.key)=\($0.text)".inShell }).joined(separator: " "))
    }

    /// The same settings as a YAML file.
    package var yaml: String { settings.map { "\($0.key): \($0.value.yaml)\n" }.joined() }
  }

  private let space: SearchSpace
  private let sources: ConfigurationSources

  /// - Throws: If what the database has stored of the study's command or space cannot be read.
  package init(of study: StudyDefinition) throws {
    sources = try StudyInvocation.sources(of: study).sources
    space = try SearchSpace(parsing: study.searchSpace, file: "study \(study.name)")
  }

  /// A trial's configuration.
  ///
  /// - Parameters:
  ///   - seed: That of a repeat; `nil` for the study's own.
  ///   - dataPath: The folder of datasets; `nil` for the study's own.
  func configuration(
    of point: Hyperparameters, seed: Int?, dataPath: String? = nil
  ) throws(ConfigurationError) -> Model.Configuration {
    let pairs = point.pairs + (seed.map { [.init(name: "seed", value: .integer($0))] } ?? [])
    var layers = [TuningSpace.layer(Hyperparameters(pairs), of: space)]
    if let dataPath { layers.append(.init(source: "--data_path", canonical: ["data_path": .text(dataPath)])) }
    return try sources.configuration(with: layers)
  }

  /// Whether no trial reads other files of the dataset than another one.
  var readSameFiles: Bool {
    space.parameters.allSatisfy { !["load_col", "benchmark_filename"].contains($0.name) }
  }

  /// The recipe of a trial.
  ///
  /// - Parameter seed: That of a repeat; `nil` for the study's own.
  /// - Returns: `nil` if no command has this configuration, such as one whose dataset now has a file that cannot be read.
  package func recipe(of point: Hyperparameters, seed: Int?) -> Recipe? {
    guard let goal = try? configuration(of: point, seed: seed) else { return nil }
    let dataset = Recipe.Setting(key: "dataset", value: .text(goal.dataset.name), text: goal.dataset.name)
    let draft = Draft(goal: goal, tuned: space.parameters.map(\.name), settings: [dataset])
    return (draft.completed ?? draft.placed.completed).map { Recipe(settings: $0.settings) }
  }

  /// The recipes that the charts of a study show; none if the study's command or space cannot be read.
  package static func forCharts(of study: StudyDefinition) -> (Hyperparameters) -> StudyChart.Recipe? {
    guard let recipes = try? TrialRecipes(of: study) else { return { _ in nil } }
    return { point in
      recipes.recipe(of: point, seed: nil).map { StudyChart.Recipe(command: $0.command, configuration: $0.yaml) }
    }
  }

  /// Settings that are being collected until they give a configuration.
  private struct Draft {
    let goal: Model.Configuration
    let tuned: [String]
    var settings: [Recipe.Setting]

    /// The same with the folder of the dataset, as seen from the current one.
    var placed: Draft {
      guard let folder = goal.dataset.folder?.parentFolder else { return self }
      let here = FileManager.default.currentDirectoryPath + "/"
      let path = folder.hasPrefix(here) ? String(folder.dropFirst(here.count)) : folder
      return Draft(
        goal: goal, tuned: tuned,
        settings: settings + [Recipe.Setting(key: "data_path", value: .text(path), text: path)])
    }

    /// The settings with all that they lack; `nil` if the dataset is not found at the same place, or if a value cannot be written.
    var completed: Draft? {
      guard let place = place(of: goal), configuration().flatMap(self.place) == place else { return nil }
      var draft = self
      // A setting may change what others start from.
      for round in 0..<3 {
        guard let current = draft.configuration() else { return nil }
        let (has, wants) = (Self.values(current), Self.values(goal))
        var missing = Set(wants.keys).union(has.keys).filter { has[$0] != wants[$0] }.sorted()
        if round == 0 { missing = tuned + missing.filter { !tuned.contains($0) } }
        missing.removeAll { key in draft.settings.contains { $0.key == key } }
        guard !missing.isEmpty else { break }
        for key in missing {
          guard let setting = draft.setting(key, wants[key]) else { return nil }
          draft.settings.append(setting)
        }
      }
      return draft.configuration().map(Self.values) == Self.values(goal) ? draft : nil
    }

    /// The configuration that a command with these settings has.
    private func configuration() -> Model.Configuration? {
      try? ConfigurationSources(files: "", arguments: settings.map { ($0.key, $0.text) }).configuration()
    }

    /// A key with its value in a form that is read back to it.
    private func setting(_ key: String, _ wanted: Literal?) -> Recipe.Setting? {
      guard let value = wanted ?? Configuration.keys.first(where: { $0.name == key })?.defaultValue else { return nil }
      // Beside the other values, without which some would be refused.
      let others = ConfigurationLayer(source: key, canonical: Self.values(goal))
      let text = [value.description, value.python].first { text in
        guard text.visible == text, let typed = try? ConfigurationLayer(arguments: [(key, text)]) else { return false }
        return (try? Configuration(layers: [others, typed])).map { Self.values($0)[key] == wanted } ?? false
      }
      return text.map { Recipe.Setting(key: key, value: value, text: $0) }
    }

    private static func values(_ configuration: Model.Configuration) -> [String: Literal] {
      Dictionary(configuration.values.filter { $0.key != "data_path" }.map { ($0.key, $0.value) }) { $1 }
    }

    private func place(of configuration: Model.Configuration) -> String? {
      configuration.dataset.folder.map(InputFile.place)
    }
  }
}
