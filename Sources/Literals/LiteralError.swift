/// A literal that cannot be read.
public struct LiteralError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The character at which reading stopped, counted from 1.
  public let column: Int

  /// What was found there.
  public let found: String

  /// What would be valid there.
  public let expected: String

  /// Whether the text ends too early.
  public var isAtEnd: Bool { found == Self.end }

  /// What `found` says where the text ends too early.
  static let end = "the end of the text"

  /// One line for a terminal.
  public var description: String { message(at: "column \(column)", found: found, expected: expected) }
}
