/// The saved states of a study, as its rows name them.
public struct StateSizes: Sendable, Equatable {
  /// The trials whose training could go on from a state, and the bytes of these.
  public var trials = 0
  public var bytes = 0

  /// Those of them that a pruner has stopped.
  public var prunedTrials = 0
  public var prunedBytes = 0

  /// The bytes of weights that the study keeps.
  public var weightBytes = 0

  /// All bytes.
  public var total: Int { bytes + weightBytes }

  public init() {}
}
