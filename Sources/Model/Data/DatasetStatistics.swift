/// Numbers that tell what a dataset is like.
public struct DatasetStatistics: Sendable, Hashable {
  /// Rows in the files.
  public let rowCount: Int

  /// Rows after all filters.
  public let keptRowCount: Int

  /// Users with an id, without padding.
  public let userCount: Int

  /// Items with an id, without padding.
  public let itemCount: Int

  /// What each filter removed, in order.
  public let filters: [LoadReport.FilterStep]

  /// Rows of a user, or items of a history where the files are split beforehand.
  public let sequenceLengths: Lengths

  /// Users by the number of their rows, or samples by the length of their history.
  public let buckets: [Bucket]

  /// Share of kept rows whose time another row of the same user has too, as times are compared.
  public let tiedShare: Double

  /// The part of the user–item table without a row.
  public let sparsity: Double

  /// The same as the reference prints it, which counts padding as a user and as an item.
  public let referenceSparsity: Double

  /// Samples to train on.
  public let trainCount: Int

  /// Samples to validate on.
  public let validCount: Int

  /// Samples to test on.
  public let testCount: Int

  /// The first and the last time, in the file's unit.
  public let timeRange: ClosedRange<Double>?

  /// What a ranking by popularity reaches on the validation samples; `nil` without any.
  public let validPopularity: PopularityBaseline?

  /// What a ranking by popularity reaches on the test samples; `nil` without any.
  public let testPopularity: PopularityBaseline?

  /// Least, middle, mean and largest of some lengths; all 0 of none.
  public struct Lengths: Sendable, Hashable {
    public let minimum: Int
    public let median: Double
    public let mean: Double
    public let maximum: Int
  }

  /// A range of lengths and the share of users in it.
  public struct Bucket: Sendable, Hashable {
    /// The least length in it.
    public let lower: Int

    /// The largest length in it, `nil` for no end.
    public let upper: Int?

    /// Share of users, 0 to 1.
    public let share: Double
  }

  public init(_ dataset: SequenceDataset, _ report: LoadReport) {
    rowCount = report.rowCount
    keptRowCount = report.keptRowCount
    userCount = dataset.userTokens.count - 1
    itemCount = dataset.itemCount - 1
    filters = report.filters
    let samples = [dataset.train, dataset.valid, dataset.test]
    let lengths = report.sequenceLengths.isEmpty ? samples.joined().map(\.length) : report.sequenceLengths
    let sorted = lengths.map { Int($0) }.sorted()
    sequenceLengths = Lengths(ofSorted: sorted)
    buckets = Self.buckets(of: sorted)
    tiedShare = report.keptRowCount > 0 ? Double(report.tiedRowCount) / Double(report.keptRowCount) : 0
    let rows = Double(report.keptRowCount)
    sparsity = 1 - rows / Double(max(userCount, 1)) / Double(max(itemCount, 1))
    referenceSparsity = 1 - rows / Double(userCount + 1) / Double(itemCount + 1)
    trainCount = dataset.train.count
    validCount = dataset.valid.count
    testCount = dataset.test.count
    timeRange = report.timeRange
    let ranks = dataset.popularityRanks()
    validPopularity = PopularityBaseline(of: dataset.valid, in: dataset, ranks: ranks)
    testPopularity = PopularityBaseline(of: dataset.test, in: dataset, ranks: ranks)
  }

  private static func buckets(of sorted: [Int]) -> [Bucket] {
    let bounds: [(Int, Int?)] = [
      (1, 2), (3, 4), (5, 9), (10, 19), (20, 49), (50, 99), (100, 199), (200, 499), (500, nil),
    ]
    return bounds.map { lower, upper in
      let count = sorted.count { $0 >= lower && $0 <= upper ?? .max }
      return Bucket(lower: lower, upper: upper, share: sorted.isEmpty ? 0 : Double(count) / Double(sorted.count))
    }
  }
}

extension DatasetStatistics.Lengths {
  init(ofSorted sorted: [Int]) {
    minimum = sorted.first ?? 0
    maximum = sorted.last ?? 0
    mean = sorted.isEmpty ? 0 : Double(sorted.reduce(0, +)) / Double(sorted.count)
    let middle = sorted.count / 2
    median =
      sorted.isEmpty
      ? 0 : sorted.count.isMultiple(of: 2) ? Double(sorted[middle - 1] + sorted[middle]) / 2 : Double(sorted[middle])
  }
}
