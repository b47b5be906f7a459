public import Literals

/// All problems of a configuration.
public struct ConfigurationError: Error, Hashable, CustomStringConvertible {
  /// At least one problem, in the order of the layers and keys.
  public let problems: [Problem]

  /// What was noted beside them.
  let notes: [String]

  init(_ problems: [Problem], notes: [String] = []) {
    self.problems = problems
    self.notes = notes
  }

  init(at location: String, found: String, expected: String) {
    self.init([Problem(location: location, found: found, expected: expected)])
  }

  /// A line for each problem, then one for each note.
  public var description: String {
    (problems.map(\.description) + notes.map { "note: \($0)" }).joined(separator: "\n")
  }
}
