import Literals

/// Which values of the objective are better.
public enum Direction: String, Sendable, Codable {
  case maximize, minimize

  /// The direction of a metric, as its name says.
  ///
  /// - Parameter name: A name such as `giniindex@10`, with or without a split.
  public init(ofMetric name: String) { self = isSmallerBetter(name) ? .minimize : .maximize }

  /// Whether `a` is better than `b`.
  public func prefers(_ a: Double, to b: Double) -> Bool { self == .maximize ? a > b : a < b }

  /// The sign between a better value and a worse one.
  package var sign: String { self == .maximize ? ">" : "<" }
}
