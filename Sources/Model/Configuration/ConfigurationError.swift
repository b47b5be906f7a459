public import Literals

/// All that is wrong with a configuration, found in one go.
public struct ConfigurationError: Error, Hashable, CustomStringConvertible {
  /// At least one, in the order of the layers and keys.
  public let problems: [Problem]

  init(_ problems: [Problem]) { self.problems = problems }

  init(at location: String, found: String, expected: String) {
    problems = [Problem(location: location, found: found, expected: expected)]
  }

  /// One line a problem.
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}
