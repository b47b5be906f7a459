import Literals

/// A dataset that cannot be read or used.
public struct DataError: Error, Hashable, CustomStringConvertible {
  /// A file, with the line counted from 1 if there is one, or a folder.
  public let location: String

  /// What was found there.
  public let found: String

  /// What would be valid, or what to do.
  public let expected: String

  /// One line for a terminal.
  public var description: String { message(at: location, found: found, expected: expected) }

  init(at location: String, found: String, expected: String) {
    self.location = location
    self.found = found
    self.expected = expected
  }
}

extension DataError {
  /// Why a time column is needed, and what to do without one.
  static let whyTimes = "a user's items are ordered by time; if the rows are in order already, number them"

  /// What makes `name` unusable as the name of a folder or file inside another, or `nil`.
  static func problem(withName name: String) -> String? {
    if name.isEmpty { return "is empty" }
    if name.contains("/") { return "contains a slash" }
    if name == "." || name.contains("..") { return "leads out of its folder" }
    if name.hasPrefix(".") { return "begins with a dot" }
    if name.utf8.count > 255 { return "is longer than 255 bytes" }
    if name.unicodeScalars.contains(where: \.isInvisible) { return "contains a control character" }
    return nil
  }
}
