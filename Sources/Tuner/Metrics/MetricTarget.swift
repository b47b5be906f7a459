/// A value of a validation metric that ends the search.
public struct MetricTarget: Sendable, Equatable {
  /// A name such as `mrr@10`.
  public let metric: String
  public let threshold: Double

  /// Whether reaching the threshold exactly is enough.
  public let includesThreshold: Bool

  public init(metric: String, threshold: Double, includesThreshold: Bool) {
    self.metric = metric
    self.threshold = threshold
    self.includesThreshold = includesThreshold
  }

  /// The metric with its split, as learning curves name it.
  var validationMetric: String { MetricName.valid(metric).description }

  private var direction: Direction { Direction(ofMetric: metric) }

  /// The sign between a value that is good enough and the threshold.
  var sign: String { direction.sign + (includesThreshold ? "=" : "") }

  /// Whether a value of the metric is good enough; NaN never is.
  public func isReached(by value: Double) -> Bool {
    direction.prefers(value, to: threshold) || (includesThreshold && value == threshold)
  }

  /// Whether a reported value belongs to the metric and is good enough.
  func isReached(by value: (name: String, value: Double)) -> Bool {
    value.name == validationMetric && isReached(by: value.value)
  }
}

extension MetricTarget: CustomStringConvertible {
  /// For example `valid.mrr@10>0.05`.
  public var description: String { "\(validationMetric)\(sign)\(threshold)" }
}
