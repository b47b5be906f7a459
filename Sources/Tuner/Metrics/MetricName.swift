/// A metric on one of the held-out parts of the data, written `valid.mrr@10`.
public struct MetricName: Sendable, Hashable {
  /// `valid` or `test`.
  public let split: String

  /// The metric itself, such as `mrr@10`.
  public let name: String

  init(split: String, name: String) {
    self.split = split
    self.name = name
  }

  /// A metric on the validation part, which is the one that a study may look at while it searches.
  public static func valid(_ name: String) -> MetricName { MetricName(split: "valid", name: name) }

  /// Reads `test.ndcg@10`; without a split, the validation part is meant.
  public init(_ text: String) { self = MetricName(full: text) ?? .valid(text) }

  /// Reads `test.ndcg@10`; returns `nil` without a split.
  init?(full text: String) {
    for split in ["valid", "test"] {
      // Compares scalars: a dot followed by a combining mark is part of a different character.
      let prefix = "\(split).".unicodeScalars
      guard text.unicodeScalars.starts(with: prefix) else { continue }
      self.init(split: split, name: String(text.unicodeScalars.dropFirst(prefix.count)))
      return
    }
    return nil
  }
}

extension MetricName: CustomStringConvertible {
  /// The name with its split, as learning curves and leaderboards have it.
  public var description: String { "\(split).\(name)" }
}
