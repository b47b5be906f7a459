/// One mistake in a user's input.
public struct Problem: Sendable, Hashable, CustomStringConvertible {
  /// A file with line and column counted from 1, `--key`, or the name of the source.
  public let location: String

  /// What was found there.
  public let found: String

  /// What would be valid there.
  public let expected: String

  public init(location: String, found: String, expected: String) {
    self.location = location
    self.found = found
    self.expected = expected
  }

  /// One line for a terminal.
  public var description: String { message(at: location, found: found, expected: expected) }
}
