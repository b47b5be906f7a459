/// Which values of the objective are better.
public enum Direction: String, Sendable, Codable {
  case maximize, minimize

  /// Whether `a` is better than `b`.
  public func prefers(_ a: Double, to b: Double) -> Bool { self == .maximize ? a > b : a < b }
}
