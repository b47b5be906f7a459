/// Limits that end a run of a study before everything is done; another run can continue it.
public struct RunLimits: Sendable {
  /// When trials are asked to stop.
  public var deadline: ContinuousClock.Instant?

  /// A value that is good enough: the trial that reaches it is trained to its end, and all others wait.
  public var target: MetricTarget?

  /// How long this process may have nothing to do but wait for trials of others, before it leaves the rest to them.
  public var idleTime: Duration?

  public init(
    deadline: ContinuousClock.Instant? = nil, target: MetricTarget? = nil, idleTime: Duration? = nil
  ) {
    self.deadline = deadline
    self.target = target
    self.idleTime = idleTime
  }
}
