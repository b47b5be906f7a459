import Testing

@testable import Model

@Suite struct BenchmarkFileTests {
  private let header = "user_id:token\titem_id_list:token_seq\titem_id:token\n"

  private func files(train: String, valid: String, test: String) -> [String: String] {
    ["train.inter": header + train, "valid.inter": header + valid, "test.inter": header + test]
  }

  @Test func `Files split beforehand keep their rows, and histories share ids with targets`() throws {
    let toy = try TemporaryDataset(
      files: files(train: "u\ta\tb\nv\tx a\tc\n", valid: "u\ta b\td\n", test: "v\tx  a c\tb\n"))
    for aliases in [[], ["item_id_list"]] {
      let (dataset, report) = try toy.load {
        $0.benchmarkFiles = ["train", "valid", "test"]
        $0.itemAliases = aliases
      }
      #expect(dataset.itemTokens == ["[PAD]", "b", "c", "d", "a", "x"])
      #expect(dataset.userTokens == ["[PAD]", "u", "v"])
      #expect(dataset.shown(dataset.train) == ["1: 4 > 1", "2: 5 4 > 2"])
      #expect(dataset.shown(dataset.valid) == ["1: 4 1 > 3"])
      #expect(dataset.shown(dataset.test) == ["2: 5 4 2 > 1"])
      #expect(report.rowCount == 4)
    }
  }

  @Test func `Long histories keep their last items, or with seq_len their first`() throws {
    let toy = try TemporaryDataset(files: files(train: "u\ta b c d\te\n", valid: "", test: "u\tb c\te\n"))
    let (last, report) = try toy.load {
      $0.benchmarkFiles = ["train", "valid", "test"]
      $0.maximumLength = 2
    }
    #expect(last.train.map { last.history(of: $0).map { last.itemTokens[Int($0)] } } == [["c", "d"]])
    #expect(report.warnings.count == 2)
    let first = try toy.load {
      $0.benchmarkFiles = ["train", "valid", "test"]
      $0.sequenceLimits = ["item_id_list": 2]
    }.dataset
    #expect(first.train.map { first.history(of: $0).map { first.itemTokens[Int($0)] } } == [["a", "b"]])
  }

  @Test(arguments: [
    ("u\t\tb\n", "an empty item_id_list"), ("u\ta\tNA\n", "no item_id"), ("\ta\tb\n", "no user_id"),
    ("", "without rows"),
  ])
  func `Rows without user, history or target are refused`(train: String, part: String) throws {
    let toy = try TemporaryDataset(files: files(train: train, valid: "", test: "u\ta\tb\n"))
    let error = #expect(throws: DataError.self) { try toy.load { $0.benchmarkFiles = ["train", "valid", "test"] } }
    #expect(error?.found.contains(part) == true)
    #expect(error?.location.contains("toy.train.inter") == true)
  }

  @Test func `Filters have no effect on files split beforehand, which a warning says`() throws {
    let rows = files(train: "u\ta\tb\n", valid: "u\ta\tb\n", test: "u\ta\tb\n")
    let toy = try TemporaryDataset(files: rows.merging(["item": "item_id:token\nz\na\n"]) { $1 })
    let (dataset, report) = try toy.load {
      $0.benchmarkFiles = ["train", "valid", "test"]
      $0.loadedColumns = ["item": .all]
      $0.valueFilters = ["item_id": .tokens(["a"])]
      $0.userCountInterval = Intervals(parsing: "[99,inf)")
    }
    #expect(dataset.itemTokens == ["[PAD]", "b", "z", "a"])
    #expect(report.warnings == ["filters have no effect on a predefined split (benchmark_filename)"])
  }
}
