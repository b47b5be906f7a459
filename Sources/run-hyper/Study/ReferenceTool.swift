import Literals

/// The reference program's choice of who runs the trials, accepted for the sake of its command lines.
package enum ReferenceTool: String, CaseIterable, Sendable {
  case hyperopt = "Hyperopt"
  case ray = "Ray"

  /// - Throws: `CommandError.input` for any other name; case counts, as in the reference program.
  package init(parsing text: String) throws(CommandError) {
    guard let tool = Self(rawValue: text) else {
      let names = Self.allCases.map(\.rawValue).joined(separator: " or ")
      throw .input(message(at: "--tool", found: "'\(text)'", expected: names))
    }
    self = tool
  }

  /// What the choice comes to here.
  package var note: String {
    let general = "--tool=\(rawValue) chooses nothing: trials run in this process either way"
    switch self {
    case .hyperopt: return general
    case .ray: return general + "; for Ray's pruning: --pruner=asha; for its random draws: --algo=random"
    }
  }
}
