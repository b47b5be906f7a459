/// One thing that is wrong with what somebody wrote.
public struct Problem: Sendable, Hashable, CustomStringConvertible {
  /// A file with line and column counted from 1, `--key`, or what the source calls itself.
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
  public var description: String { message(at: location, found: found, expected: expected) }
}
