import Literals

/// A database, or a file of a study, that cannot be used.
public struct StorageError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file or folder.
  public let location: String

  /// What is wrong with it.
  public let found: String

  /// What would be valid, or what to do.
  public let expected: String

  /// Whether there is no database yet, as opposed to one that cannot be used.
  public let isAbsence: Bool

  public init(location: String, found: String, expected: String, isAbsence: Bool = false) {
    self.location = location
    self.found = found
    self.expected = expected
    self.isAbsence = isAbsence
  }

  /// One line for a terminal.
  public var description: String { message(at: location, found: found, expected: expected) }
}
