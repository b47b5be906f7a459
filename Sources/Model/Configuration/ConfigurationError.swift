public import Literals

/// All problems of a configuration.
public struct ConfigurationError: Error, Hashable, CustomStringConvertible {
  /// At least one problem, in the order of the layers and keys.
  public let problems: [Problem]

  /// Notes in addition to the problems.
  let notes: [String]

  init(_ problems: [Problem], notes: [String] = []) {
    self.problems = problems
    self.notes = notes
  }

  init(at location: String, found: String, expected: String) {
    self.init([Problem(location: location, found: found, expected: expected)])
  }

  /// One line per problem, followed by one per note.
  public var description: String {
    (problems.map(\.description) + notes.map { "note: \($0)" }).joined(separator: "\n")
  }
}
