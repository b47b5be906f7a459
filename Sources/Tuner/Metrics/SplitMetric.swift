/// A metric of a split, such as `ndcg@10` of `test`.
public struct SplitMetric: Sendable, Hashable {
  public var split: String
  public var name: String

  /// `nil` for values that are not numbers, such as the mean over a split without samples.
  public var value: Double?

  public init(split: String, name: String, value: Double?) {
    self.split = split
    self.name = name
    self.value = value
  }
}
