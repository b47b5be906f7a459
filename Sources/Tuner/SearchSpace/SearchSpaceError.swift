/// A search space that cannot be used, with everything that is wrong in it.
public struct SearchSpaceError: Error, Equatable, Sendable, CustomStringConvertible {
  /// One mistake.
  public struct Problem: Equatable, Sendable, CustomStringConvertible {
    /// The file, the line and the column, counted from 1.
    public let location: String

    /// What stands there.
    public let found: String

    /// What could stand there instead.
    public let expected: String

    public init(location: String, found: String, expected: String) {
      self.location = location
      self.found = found
      self.expected = expected
    }

    /// One line for a terminal.
    public var description: String { "\(location): found \(found); expected \(expected)" }
  }

  /// The mistakes in the order of the file.
  public let problems: [Problem]

  public init(problems: [Problem]) { self.problems = problems }

  /// One line for each mistake.
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}
