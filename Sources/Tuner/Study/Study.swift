/// A study in a store.
public struct Study: Sendable {
  public let id: Int64
  public let definition: StudyDefinition

  /// The time in UTC, `2026-01-31T12:00:00.000Z`.
  public let createdAt: String

  public var name: String { definition.name }
}

/// A study's entry in a list of studies.
public struct StudySummary: Sendable {
  public let study: Study
  public let counts: StudyCounts

  /// Whether there is nothing left to do.
  public let isOver: Bool

  /// The best trial so far and its value.
  public let best: (trial: Int, value: Double)?

  /// The states that it has saved.
  public var states = StateSizes()
}
