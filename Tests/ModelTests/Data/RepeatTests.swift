import Testing

@testable import Model

/// Rows that are there more than once, and items that users come back to.
@Suite struct RepeatTests {
  @Test(arguments: [
    (["u a 1", "u b 2", "u c 3", "u d 4"], 0, 4),
    (["u a 1", "u a 1", "u b 2", "u b 2", "u b 2"], 3, 2),
    // The same item at another time, another item at the same time, another user.
    (["u a 1", "u a 2", "u b 1", "v a 1", "u c 3", "u a 3"], 0, 4),
    // Equal rows need not stand next to each other, in the file or among rows of one time.
    (["u a 1", "v x 1", "u b 1", "u a 1", "u c 1", "u b 1"], 2, 4),
    ((0..<40).map { "u i\($0 % 10) 5" }, 30, 10),
  ])
  func `Exact repeats and distinct pairs are counted`(rows: [String], repeats: Int, pairs: Int) throws {
    let (dataset, report) = try TemporaryDataset(files: ["inter": interactions(rows)]).load { $0.split = .testOnly }
    #expect(report.repeatedRowCount == repeats)
    #expect(dataset.pairCount(report) == pairs)
    let statistics = DatasetStatistics(dataset, report)
    #expect(statistics.pairCount == pairs && (0...1).contains(statistics.sparsity))
    #expect(report.warnings.count { $0.contains("rm_dup_inter") } == (repeats > 0 ? 1 : 0))
  }

  @Test func `Times that only 32 bits take for equal make no repeat`() throws {
    let rows = ["u a 978300760", "u a 978300761", "u a 978300761", "u b 978300790", "u c 978300990"]
    let toy = try TemporaryDataset(files: ["inter": interactions(rows)])
    for precision in DatasetConfiguration.TimePrecision.allCases {
      let report = try toy.load { $0.timePrecision = precision }.report
      #expect(report.repeatedRowCount == 1)
      #expect(report.tiedRowCount == (precision == .float32 ? 3 : 2))
    }
  }

  @Test func `Without duplicates there are no repeats, and a few among thousands are not worth a warning`() throws {
    let rows = ["u a 1", "u a 1", "u b 2", "u c 3", "u d 4", "u e 5"]
    let toy = try TemporaryDataset(files: ["inter": interactions(rows)])
    let (dataset, report) = try toy.load { $0.duplicates = .keepFirst }
    #expect(report.repeatedRowCount == 0 && dataset.pairCount(report) == 5 && report.warnings.isEmpty)
    #expect(
      try toy.load().report.warnings.map { $0.split(separator: ": ").last.map(String.init) } == [
        "1 of 6 rows repeats another row exactly (same user, item and time); "
          + "--rm_dup_inter=first keeps only the first row of each user and item"
      ])
    let many = try TemporaryDataset(files: ["inter": interactions(["u i0 0"] + (0..<2000).map { "u i\($0) \($0)" })])
    let large = try many.load().report
    #expect(large.repeatedRowCount == 1 && large.warnings.isEmpty)
  }

  @Test func `Of files split beforehand the targets make the pairs`() throws {
    let header = "user_id:token\titem_id_list:token_seq\titem_id:token\n"
    let toy = try TemporaryDataset(files: [
      "train.inter": header + "u\ta\tb\nu\ta b\tb\n", "valid.inter": header + "u\ta b\tc\n",
      "test.inter": header + "u\tb\tc\nv\ta\tc\n",
    ])
    let (dataset, report) = try toy.load { $0.benchmarkFiles = ["train", "valid", "test"] }
    #expect(dataset.pairCount(report) == 3)
    #expect((0...1).contains(DatasetStatistics(dataset, report).sparsity))
  }
}
