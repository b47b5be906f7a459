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

  /// One thing that is wrong, where, and what would be right.
  public struct Problem: Sendable, Hashable, CustomStringConvertible {
    /// A file and line, `--key`, or what the layer calls itself.
    public let location: String

    /// What stands there.
    public let found: String

    /// What could stand there instead.
    public let expected: String

    /// One line for a terminal.
    public var description: String { "\(location): found \(found); expected \(expected)" }
  }
}
