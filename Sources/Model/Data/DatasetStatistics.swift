/// Statistics of a dataset.
public struct DatasetStatistics: Sendable, Hashable {
  /// The number of rows in the files.
  public let rowCount: Int

  /// The number of rows after all filters.
  public let keptRowCount: Int

  /// The number of users with an id, without padding.
  public let userCount: Int

  /// The number of items with an id, without padding.
  public let itemCount: Int

  /// What each filter removed, in order.
  public let filters: [LoadReport.FilterStep]

  /// Rows per user, or items per history if the split is predefined.
  public let sequenceLengths: Lengths

  /// Users by number of rows, or samples by length of history.
  public let buckets: [Bucket]

  /// The share of kept rows whose time, as compared, equals that of another row of the same user.
  public let tiedShare: Double

  /// The number of distinct pairs of a user and an item.
  public let pairCount: Int

  /// The part of the user–item table without a row, 0 to 1.
  public let sparsity: Double

  /// The sparsity printed by RecBole, which counts padding as a user and as an item.
  public let referenceSparsity: Double

  /// The number of training samples.
  public let trainCount: Int

  /// The number of validation samples.
  public let validCount: Int

  /// The number of test samples.
  public let testCount: Int

  /// The earliest and the latest time, in the file's unit.
  public let timeRange: ClosedRange<Double>?

  /// The popularity baseline on the validation samples; `nil` if there are none.
  public let validPopularity: PopularityBaseline?

  /// The popularity baseline on the test samples; `nil` if there are none.
  public let testPopularity: PopularityBaseline?

  /// Minimum, median, mean and maximum of some lengths; all 0 if there are none.
  public struct Lengths: Sendable, Hashable {
    public let minimum: Int
    public let median: Double
    public let mean: Double
    public let maximum: Int
  }

  /// A range of lengths and the share of users in it.
  public struct Bucket: Sendable, Hashable {
    /// The smallest length in the range.
    public let lower: Int

    /// The largest length in the range; `nil` for no limit.
    public let upper: Int?

    /// The share of users, from 0 to 1.
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
    pairCount = dataset.pairCount(report)
    sparsity = 1 - Double(pairCount) / Double(max(userCount, 1)) / Double(max(itemCount, 1))
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

extension SequenceDataset {
  /// Pairs of a user and an item that have a row, each counted once, however often the user came back to the item.
  ///
  /// For files that are already split, only the rows' targets count.
  ///
  /// - Parameter report: The report about loading this dataset.
  public func pairCount(_ report: LoadReport) -> Int {
    guard report.sequenceLengths.isEmpty else {
      var lastUsers = [Int32](repeating: 0, count: itemCount)
      var count = 0
      var row = 0
      for (number, length) in report.sequenceLengths.enumerated() {
        let user = Int32(number + 1)
        for item in items[row..<row + Int(length)] where lastUsers[Int(item)] != user {
          lastUsers[Int(item)] = user
          count += 1
        }
        row += Int(length)
      }
      return count
    }
    let pairs = [train, valid, test].joined().map { UInt64($0.user) << 32 | UInt64(target(of: $0)) }.sorted()
    return pairs.isEmpty ? 0 : 1 + zip(pairs, pairs.dropFirst()).count { $0 != $1 }
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
