public import Literals

/// A search space that cannot be used, with everything that is wrong in it.
public struct SearchSpaceError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The mistakes in the order of the file.
  public let problems: [Problem]

  public init(problems: [Problem]) { self.problems = problems }

  /// One line for each mistake.
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}
