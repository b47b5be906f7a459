/// What was found and changed when a study was opened for a run.
public struct StudyOpening: Sendable {
  public let study: Study
  public let counts: StudyCounts

  /// Whether the study was just created.
  public let isNew: Bool

  /// The number of trials added for new cells of the search space.
  public let added: Int

  /// The number of trials shelved because their cells are no longer in the search space.
  public let shelved: Int

  /// The number of shelved trials restored because their cells are in the search space again.
  public let restored: Int

  /// The number of failed trials that run again.
  public let retried: Int

  /// The number of trials whose weights were removed, since the study keeps fewer than before.
  public let unkept: Int

  /// The machines whose results may have other bits than this one's, if it may take trials beside them.
  public let mixture: MixedMachines?
}
