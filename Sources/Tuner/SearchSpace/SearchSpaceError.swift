public import Literals

/// All mistakes in a search space that cannot be used.
public struct SearchSpaceError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The mistakes, in file order.
  public let problems: [Problem]

  public init(problems: [Problem]) { self.problems = problems }

  /// One line per mistake.
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}
