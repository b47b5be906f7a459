/// The ranks of held-out items, counted from 1, or `Int.max` where a score is NaN.
public struct TargetRanks: Sendable, Equatable {
  /// Among all items, as with `repeatable: True`.
  public var amongAll: [Int] = []

  /// Among the items that the user had not had before, and the held-out item, as with `repeatable: False`; `nil` if not computed.
  public var amongUnseen: [Int]?

  /// The number of items that each held-out item was ranked among, with itself; `nil` unless a metric needs it.
  var candidateCounts: [Int]?

  /// The items at the top of the ranking that the configuration asks for; `nil` unless a metric needs them.
  var lists: ListCounts?

  /// - Parameter unseen: Whether `amongUnseen` will be computed.
  package init(unseen: Bool) { amongUnseen = unseen ? [] : nil }

  package static func += (ranks: inout Self, more: Self) {
    ranks.amongAll += more.amongAll
    ranks.amongUnseen = ranks.amongUnseen.flatMap { own in more.amongUnseen.map { own + $0 } }
    ranks.candidateCounts = ranks.candidateCounts.flatMap { own in more.candidateCounts.map { own + $0 } }
    if let lists = more.lists { ranks.lists? += lists }
  }

  /// The ranks that a setting of `repeatable` asks for.
  package func ranks(isRepeatable: Bool) -> [Int]? { isRepeatable ? amongAll : amongUnseen }

  package var areNumbers: Bool { !amongAll.contains(.max) }
}
