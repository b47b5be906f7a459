import Foundation
import Literals
import Model
import Tuner

/// Where a command's configuration comes from, tuned parameters aside.
struct ConfigurationSources {
  /// Weakest first: the dataset's own file, the named files, the command line.
  let layers: [ConfigurationLayer]

  /// Folders to look for datasets in after those that the configuration knows.
  let dataDirectories: [String]

  /// Keys that the command line sets, none of which may be tuned.
  let commandLineKeys: Set<String>

  /// - Parameter files: YAML files, separated by spaces.
  /// - Parameter arguments: Keys of the command line and their texts.
  /// - Parameter below: A layer weaker than all of them.
  init(files: String, arguments: [(key: String, text: String)], below: ConfigurationLayer? = nil) throws {
    dataDirectories = Self.bundledDatasets.map { [$0] } ?? []
    commandLineKeys = Set(arguments.map(\.key))
    var layers = try files.split(separator: " ").map { try ConfigurationLayer(yamlFile: String($0).expandingHome) }
    layers.append(try ConfigurationLayer(arguments: arguments))
    let named = (below.map { [$0] } ?? []) + layers
    let own = try Configuration.datasetLayer(for: named, dataDirectories: dataDirectories)
    // What lies below knows what it was made with, and has the dataset's own file in it.
    self.layers = (below == nil ? own.map { [$0] } ?? [] : []) + named
  }

  /// What a study was begun with.
  init(stored layer: ConfigurationLayer) {
    dataDirectories = Self.bundledDatasets.map { [$0] } ?? []
    commandLineKeys = []
    layers = [layer]
  }

  /// The configuration with `tuned` on top.
  func configuration(tuned: ConfigurationLayer? = nil) throws(ConfigurationError) -> Configuration {
    try Configuration(layers: layers + (tuned.map { [$0] } ?? []), dataDirectories: dataDirectories)
  }

  /// The datasets that come with the program: in the folder that its script names, else above the program itself.
  private static var bundledDatasets: String? {
    var homes: [String] = []
    if let home = ProcessInfo.processInfo.environment["RUN_HYPER_HOME"] { homes.append(home.expandingHome) }
    if let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
      var folder = program.parentFolder
      while folder.utf8.count > 1 {
        homes.append(folder)
        folder = folder.parentFolder
      }
    }
    return homes.map { "\($0)/datasets" }.first {
      FileManager.default.fileExists(atPath: "\($0)/grocery/grocery.inter")
    }
  }
}

extension ConfigurationOptions {
  /// The layers that these options name.
  ///
  /// - Parameter below: A layer weaker than all of them, which takes the place of the dataset's own file.
  func sources(below: ConfigurationLayer? = nil) throws -> ConfigurationSources {
    var arguments: [(key: String, text: String)] = []
    if let model { arguments.append(("model", model)) }
    if let dataset { arguments.append(("dataset", dataset)) }
    if let dataPath { arguments.append(("data_path", dataPath)) }
    return try ConfigurationSources(files: configFiles, arguments: arguments + settings.map(\.pair), below: below)
  }
}
