import Model
import Tuner

/// What an option or an operand can be, for completion.
enum CompletionValue: Equatable {
  case words([String])
  case file, folder
  case studies, trials, datasets

  /// A metric; by what a leaderboard is sorted; columns, separated by commas; a condition on trials.
  case metric, order, columns, condition

  /// A configuration key with its value.
  case setting

  /// - Parameter option: As documented, without dashes.
  /// - Parameter listed: The values that the option's declaration lists.
  init?(option: String, of command: [String], listed: [String]?) {
    switch option {
    case "algo": self = .words(SearchPlan.Algorithm.allCases.map(\.rawValue))
    case "pruner": self = .words(Pruner.Kind.allCases.map(\.rawValue))
    case "model": self = .words(ModelKind.allCases.map(\.rawValue))
    case "tool": self = .words(ReferenceTool.allCases.map(\.rawValue))
    case "progress": self = .words(ProgressMode.allCases.map(\.rawValue))
    case "retry": self = .words([TrialState.failed.rawValue])
    case "repeatable": self = .words(["True", "False"])
    case "params_file", "config_files", "output_file", "display_file", "save", "users", "histories", "items", "weights",
      "storage":
      self = .file
    case "to": self = ["ensemble", "export"].contains(command.first) ? .folder : .file
    case "checkpoints", "to_checkpoints", "data_path": self = .folder
    case "study", "delete", "copy", "free_states": self = .studies
    case "trial": self = .trials
    case "dataset": self = .datasets
    case "metric": self = .metric
    case "sort": self = .order
    case "columns": self = .columns
    case "where": self = .condition
    case CommandLineArguments.configurationOption: self = .setting
    default:
      guard let listed else { return nil }
      self = .words(listed)
    }
  }

  /// - Parameter key: A configuration key.
  init?(key: ConfigurationKey) {
    switch key.name {
    case "dataset": self = .datasets
    case "data_path": self = .folder
    case "valid_metric": self = .metric
    default:
      guard !key.values.isEmpty else { return nil }
      self = .words(key.values)
    }
  }

  /// - Parameter number: How many operands stand before this one.
  init?(operand number: Int, of command: [String], _ description: CommandDescription.Argument?) {
    switch command {
    case ["dataset", "describe"]: self = .datasets
    case ["dataset", "fetch"]: self = .words(FetchedDataset.all.map(\.name))
    case ["dataset", "import"]:
      guard number == 1 else { return nil }
      self = .file
    case ["submit"]: self = .studies
    default:
      if let listed = description?.allValues {
        self = .words(listed)
      } else if description?.valueName == "study" {
        self = .studies
      } else if description?.valueName == "trial" {
        self = .trials
      } else {
        return nil
      }
    }
  }
}
