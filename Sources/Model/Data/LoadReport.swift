/// What happened while a dataset was read.
public struct LoadReport: Sendable, Hashable {
  /// Paths of the files read, in the order of `contentHash`.
  public internal(set) var files: [String] = []

  /// What a user should know, a sentence each.
  public internal(set) var warnings: [String] = []

  /// Rows in the `.inter` file or files.
  public internal(set) var rowCount = 0

  /// The filters that were asked for, in their order.
  public internal(set) var filters: [FilterStep] = []

  /// Rows left after all filters.
  public internal(set) var keptRowCount = 0

  /// Rows of each user with rows, by id from 1; empty for files split beforehand.
  public internal(set) var sequenceLengths: [Int32] = []

  /// Rows whose time, as it is compared, another row of the same user has too.
  public internal(set) var tiedRowCount = 0

  /// Rows left after all filters that repeat another one exactly: of the same user, item and time, the first not counted.
  public internal(set) var repeatedRowCount = 0

  /// The first and the last time, or `nil` for files split beforehand.
  public internal(set) var timeRange: ClosedRange<Double>?

  /// What one filter removed.
  public struct FilterStep: Sendable, Hashable {
    /// The configuration key or keys.
    public let name: String

    /// Rows it removed.
    public let removed: Int

    /// Rows it left.
    public let remaining: Int
  }
}
