/// Limits that end a run of a study before everything is done; another run can continue it.
public struct RunLimits: Sendable {
  /// When trials are asked to stop.
  public var deadline: ContinuousClock.Instant?

  /// A value that is good enough: the trial that reaches it is trained to its end, and all others wait.
  public var target: MetricTarget?

  public init(deadline: ContinuousClock.Instant? = nil, target: MetricTarget? = nil) {
    self.deadline = deadline
    self.target = target
  }
}
