public import Literals

/// All problems of a configuration.
public struct ConfigurationError: Error, Hashable, CustomStringConvertible {
  /// At least one problem, in the order of the layers and keys.
  public let problems: [Problem]

  init(_ problems: [Problem]) { self.problems = problems }

  init(at location: String, found: String, expected: String) {
    problems = [Problem(location: location, found: found, expected: expected)]
  }

  /// One line per problem.
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}
