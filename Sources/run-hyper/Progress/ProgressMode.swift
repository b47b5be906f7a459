import Literals

/// How the progress of a study is shown.
enum ProgressMode: String, CaseIterable {
  /// A block that draws itself anew on a terminal, else lines.
  case auto
  case bar
  case plain
  case json
  case none

  /// - Parameter text: The value of `--progress`.
  /// - Throws: `CommandError.input` for another value.
  init(parsing text: String) throws(CommandError) {
    guard let mode = ProgressMode(rawValue: text) else {
      throw .input("--progress: found '\(text.inMessage)'; expected auto, bar, plain, json or none")
    }
    self = mode
  }
}
