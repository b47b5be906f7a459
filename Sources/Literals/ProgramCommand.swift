import Foundation

/// Commands that the program suggests, in a form that can be typed unchanged.
public enum ProgramCommand {
  /// The environment variable in which `scripts/run-hyper` says how it was called; it is used for text only.
  public static let variable = "RUN_HYPER_COMMAND"

  /// The program's name if it is unknown how it was called.
  static let standardName = "run-hyper"

  /// A command line of this program: `line("leaderboard shop")` is `run-hyper leaderboard shop`.
  ///
  /// - Parameter arguments: Quoted for a shell where needed; see `inShell`.
  public static func line(_ arguments: String) -> String { "\(name) \(arguments)" }

  /// How the program was called, as one word of a shell command.
  public static var name: String { name(ProcessInfo.processInfo.environment[variable]) }

  static func name(_ called: String?) -> String {
    guard let called, !called.isEmpty else { return standardName }
    return called.inShell
  }

  /// A help text whose usage and examples name the program as it was called.
  public static func naming(in help: String) -> String { naming(name, in: help) }

  static func naming(_ name: String, in help: String) -> String {
    guard name != standardName, help.hasPrefix("OVERVIEW: ") || help.hasPrefix("USAGE: ") else { return help }
    return help.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      for start in ["  ", "USAGE: ", "  See '"] where line.hasPrefix("\(start)\(standardName) ") {
        return start + name + line.dropFirst(start.count + standardName.count)
      }
      return String(line)
    }.joined(separator: "\n")
  }
}
