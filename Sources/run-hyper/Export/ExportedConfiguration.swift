import Literals
import Model

/// A configuration as a YAML file that RecBole 1.2.1 takes as one of its `config_file_list`.
struct ExportedConfiguration {
  private let configuration: Model.Configuration

  init(_ configuration: Model.Configuration) { self.configuration = configuration }

  /// All keys that RecBole knows, with their values, by group.
  var text: String {
    let values = values
    let groups = ConfigurationKey.Group.allCases.map { group in
      let keys = Configuration.keys.filter { $0.group == group && !$0.isOwn }.map(\.name) + Self.addedKeys(to: group)
      let lines = keys.compactMap { key in values[key].map { "\(key): \($0.yaml)" } }
      return (["# \(group.rawValue)"] + lines).joined(separator: "\n")
    }
    return ([comment] + groups).joined(separator: "\n\n") + "\n"
  }

  private var comment: String {
    let own = Configuration.keys.filter(\.isOwn).compactMap { key in
      configuration.values.first { $0.key == key.name }.map { "#   \($0.key): \($0.value.yaml)" }
    }
    let lines =
      [
        "# BERT4Rec on \(configuration.dataset.name.inMessage): the configuration of these weights, in the keys of RecBole 1.2.1.",
        "# The folder of datasets depends on the machine, so data_path is not here"
          + (configuration.network.objective == .cloze ? "; load_recbole.py takes it." : "."),
      ] + (own.isEmpty ? [] : ["# RecBole's BERT4Rec does not take:"] + own)
    return lines.joined(separator: "\n")
  }

  private var values: [String: Literal] {
    var values = Dictionary(configuration.values.map { ($0.key, $0.value) }) { $1 }
    values["data_path"] = nil
    values["load_col"] = columns
    values["encoding"] = .text("utf-8")
    values["train_neg_sample_args"] = .null
    if configuration.dataset.benchmarkFiles != nil { values["alias_of_item_id"] = .list([.text(historyField)]) }
    return values
  }

  /// Keys with one value here, which RecBole has to be told: its own encoding is the system's, and cross-entropy takes no negatives.
  private static func addedKeys(to group: ConfigurationKey.Group) -> [String] {
    switch group {
    case .dataset: ["encoding"]
    case .training: ["train_neg_sample_args"]
    case .general, .evaluation, .network: []
    }
  }

  private var historyField: String { configuration.dataset.itemField + configuration.dataset.listSuffix }

  /// The columns of each file with all that are needed, since RecBole reads no others.
  private var columns: Literal {
    let dataset = configuration.dataset
    guard var files = dataset.loadedColumns else { return .null }
    var needed = [dataset.userField, dataset.itemField, dataset.timeField]
    needed += dataset.valueFilters.keys.sorted().filter { !needed.contains($0) }
    if dataset.benchmarkFiles != nil { needed.append(historyField) }
    files["inter"] = files["inter"] ?? .some([])
    let required = ["inter": needed, "user": [dataset.userField], "item": [dataset.itemField]]
    var map: [String: Literal] = [:]
    for (file, selection) in files {
      guard let required = required[file] else { continue }
      switch selection {
      case .all: map[file] = .text("*")
      case .some(let names):
        map[file] = .list((required + names.filter { !required.contains($0) }).map { .text($0) })
      }
    }
    return .map(map)
  }
}
