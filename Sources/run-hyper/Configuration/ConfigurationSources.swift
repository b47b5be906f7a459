import Foundation
import Literals
import Model
import Tuner

/// The sources of a command's configuration, apart from tuned parameters.
struct ConfigurationSources {
  /// Weakest first: the dataset's own file, the named files, the command line.
  let layers: [ConfigurationLayer]

  /// Folders searched for datasets after those that the configuration names.
  let dataDirectories: [String]

  /// Keys set on the command line, none of which may be tuned.
  let commandLineKeys: Set<String>

  /// - Parameter files: YAML files, separated by spaces.
  /// - Parameter arguments: Keys of the command line and their values as text.
  /// - Parameter below: A layer weaker than all others.
  /// - Throws: All YAML files that cannot be read.
  init(files: String, arguments: [(key: String, text: String)], below: ConfigurationLayer? = nil) throws {
    dataDirectories = Self.bundledDatasets.map { [$0] } ?? []
    commandLineKeys = Set(arguments.map(\.key))
    var mistakes = Mistakes()
    var layers = try files.split(separator: " ").compactMap { file in
      try mistakes.gather { try ConfigurationLayer(yamlFile: String(file).expandingHome) }
    }
    try mistakes.check()
    layers.append(try ConfigurationLayer(arguments: arguments))
    let named = (below.map { [$0] } ?? []) + layers
    let own = try Configuration.datasetLayer(for: named, dataDirectories: dataDirectories)
    // The layer below already contains the values of the dataset's own file.
    self.layers = (below == nil ? own.map { [$0] } ?? [] : []) + named
  }

  /// The configuration with which a study was started.
  init(stored layer: ConfigurationLayer) {
    dataDirectories = Self.bundledDatasets.map { [$0] } ?? []
    commandLineKeys = []
    layers = [layer]
  }

  /// The configuration with more layers on top, the last one above all.
  func configuration(with upper: [ConfigurationLayer] = []) throws(ConfigurationError) -> Configuration {
    try Configuration(layers: layers + upper, dataDirectories: dataDirectories)
  }

  /// - Throws: If there is no such dataset; only the keys that lead to its folder are read.
  func checkDataset() throws { try Configuration.checkDataset(for: layers, dataDirectories: dataDirectories) }

  /// The value of RecBole's `show_progress`, if there is one.
  var showsProgress: Bool? {
    for layer in layers.reversed() {
      if case .boolean(let shows) = layer.meant("show_progress") { return shows }
    }
    return nil
  }

  /// The bundled datasets: in the folder named by the start script, otherwise in a folder above the program.
  static var bundledDatasets: String? {
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
  /// - Parameter below: A layer weaker than all others, which replaces the dataset's own file.
  /// - Parameter files: `nil` for those of `--config_files`.
  func sources(below: ConfigurationLayer? = nil, files: String? = nil) throws -> ConfigurationSources {
    var arguments: [(key: String, text: String)] = []
    if let model { arguments.append(("model", model)) }
    if let dataset { arguments.append(("dataset", dataset)) }
    if let dataPath { arguments.append(("data_path", dataPath)) }
    return try ConfigurationSources(
      files: files ?? configFiles, arguments: arguments + settings.map(\.pair), below: below)
  }
}
