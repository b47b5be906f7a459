/// A report about reading a dataset.
public struct LoadReport: Sendable, Hashable {
  /// The paths of the files read, in the order of `contentHash`.
  public internal(set) var files: [String] = []

  /// Warnings for the user, one sentence each.
  public internal(set) var warnings: [String] = []

  /// The number of rows in the `.inter` file or files.
  public internal(set) var rowCount = 0

  /// The configured filters, in order.
  public internal(set) var filters: [FilterStep] = []

  /// The number of rows left after all filters.
  public internal(set) var keptRowCount = 0

  /// The number of rows of each user with rows, by id from 1; empty for a predefined split.
  public internal(set) var sequenceLengths: [Int32] = []

  /// The number of rows whose time, as compared, equals that of another row of the same user.
  public internal(set) var tiedRowCount = 0

  /// The number of rows after all filters that repeat an earlier row exactly (same user, item and time).
  public internal(set) var repeatedRowCount = 0

  /// The first and the last time, or `nil` for files split beforehand.
  public internal(set) var timeRange: ClosedRange<Double>?

  /// What one filter removed.
  public struct FilterStep: Sendable, Hashable {
    /// The configuration key or keys.
    public let name: String

    /// The number of rows it removed.
    public let removed: Int

    /// The number of rows it left.
    public let remaining: Int
  }
}
