import Literals

/// RecBole's choice of the tool that runs the trials, accepted so that its command lines work.
package enum ReferenceTool: String, CaseIterable, Sendable {
  case hyperopt = "Hyperopt"
  case ray = "Ray"

  /// - Throws: `CommandError.input` for any other name; case matters, as in RecBole.
  package init(parsing text: String) throws(CommandError) {
    guard let tool = Self(rawValue: text) else {
      let names = Self.allCases.map(\.rawValue).joined(separator: " or ")
      throw .input(message(at: "--tool", found: "'\(text)'", expected: names))
    }
    self = tool
  }

  /// What the choice means here.
  package var note: String {
    let general = "--tool=\(rawValue) has no effect: trials always run in this process"
    switch self {
    case .hyperopt: return general
    case .ray: return general + "; for Ray's pruning use --pruner=asha, for its random search --algo=random"
    }
  }
}
