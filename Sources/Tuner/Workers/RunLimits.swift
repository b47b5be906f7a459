/// What ends a run of a study before everything is done; another run goes on from there.
public struct RunLimits: Sendable {
  /// When trials are asked to stop.
  public var deadline: ContinuousClock.Instant?

  /// What is good enough: the trial that reaches it is trained to its end, all others wait.
  public var target: MetricTarget?

  public init(deadline: ContinuousClock.Instant? = nil, target: MetricTarget? = nil) {
    self.deadline = deadline
    self.target = target
  }
}

/// A value of a metric of the validation split that ends the search.
public struct MetricTarget: Sendable, Equatable {
  /// Such as `mrr@10`.
  public let metric: String
  public let threshold: Double

  /// Whether the threshold itself is enough.
  public let includesThreshold: Bool

  public init(metric: String, threshold: Double, includesThreshold: Bool) {
    self.metric = metric
    self.threshold = threshold
    self.includesThreshold = includesThreshold
  }

  /// Whether a value of the metric is good enough; what is not a number never is.
  public func isReached(by value: Double) -> Bool { includesThreshold ? value >= threshold : value > threshold }

  /// Whether a value of a report is the metric and good enough.
  func isReached(by value: (name: String, value: Double)) -> Bool {
    value.name == "valid.\(metric)" && isReached(by: value.value)
  }
}

extension MetricTarget: CustomStringConvertible {
  /// As in `valid.mrr@10>0.05`.
  public var description: String { "valid.\(metric)\(includesThreshold ? ">=" : ">")\(threshold)" }
}
