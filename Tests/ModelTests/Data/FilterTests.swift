import Testing

@testable import Model

@Suite struct IntervalTests {
  @Test(arguments: [
    ("[0,inf)", [0.0, 5, 1e300], [-1.0, .infinity]),
    ("[3,5]", [3, 4, 5], [2.9, 5.1]),
    ("(3,5)", [3.1, 4.9], [3, 5]),
    ("(3,5]", [5], [3]),
    ("[3,5)", [3], [5]),
    ("[1,2]; [4, inf)", [1, 2, 4, 9], [3]),
    ("(-inf,0]", [-5, 0], [1]),
    ("[0.5,1e3)", [0.5, 999], [1000]),
    ("[5,5]", [5], [4]),
  ])
  func `Intervals hold what their brackets say`(text: String, inside: [Double], outside: [Double]) throws {
    let intervals = try #require(Intervals(parsing: text))
    for number in inside { #expect(intervals.contains(number), "\(number) in \(text)") }
    for number in outside { #expect(!intervals.contains(number), "\(number) not in \(text)") }
    #expect(!intervals.contains(.nan))
  }

  @Test(arguments: [
    "", "5", "[5,", "5,inf)", "[5]", "[1,2,3]", "[a,b]", "[5,3]", "(5,5)", "[1,2];", "[1,2][3,4]", "[,]",
  ])
  func `What is not an interval is refused`(text: String) {
    #expect(Intervals(parsing: text) == nil)
  }
}

@Suite struct FilterTests {
  /// A user with `items` in a row, one a second.
  private func rows(_ sequences: [(String, String)]) -> [String] {
    sequences.flatMap { user, items in items.enumerated().map { "\(user) \($1) \($0)" } }
  }

  @Test func `Users and items with few rows go until none is left`() throws {
    // z has one row; without it u4 has two, without u4 both y have two, and so on.
    let toy = try TemporaryDataset(
      files: [
        "inter": interactions(rows([("u1", "abcd"), ("u2", "abcd"), ("u3", "abcd"), ("u4", "yyz"), ("u5", "ya")]))
      ])
    let (dataset, report) = try toy.load {
      $0.userCountInterval = Intervals(parsing: "[3,inf)")
      $0.itemCountInterval = Intervals(parsing: "[3,inf)")
    }
    #expect(dataset.userTokens == ["[PAD]", "u1", "u2", "u3"])
    #expect(dataset.itemTokens == ["[PAD]", "a", "b", "c", "d"])
    #expect(
      report.filters == [
        .init(name: "user_inter_num_interval and item_inter_num_interval", removed: 5, remaining: 12)
      ])
  }

  @Test func `Users and items are judged on the same counts`() throws {
    // User u2 and item b are out of bounds at first; judged one after the other, b would be saved.
    let toy = try TemporaryDataset(
      files: ["inter": interactions(rows([("u1", "abce"), ("u2", "b"), ("u3", "ace"), ("u4", "ace")]))])
    let (dataset, report) = try toy.load {
      $0.userCountInterval = Intervals(parsing: "[2,inf)")
      $0.itemCountInterval = Intervals(parsing: "[0,1];[3,inf)")
    }
    #expect(dataset.itemTokens == ["[PAD]", "a", "c", "e"])
    #expect(report.filters.map(\.removed) == [2])
  }

  @Test(arguments: [
    (DatasetConfiguration.DuplicateRule.keepAll, "b a b c", ["[PAD]", "b", "a", "c"]),
    (.keepFirst, "b a c", ["[PAD]", "b", "a", "c"]),
    (.keepLast, "a b c", ["[PAD]", "a", "b", "c"]),
  ])
  func `Of equal users and items the first or last in time stays`(
    rule: DatasetConfiguration.DuplicateRule, items: String, tokens: [String]
  ) throws {
    let toy = try TemporaryDataset(files: ["inter": interactions(["u b 3", "u a 2", "u b 1", "u c 4"])])
    let dataset = try toy.load { $0.duplicates = rule }.dataset
    #expect(dataset.namedItems == items)
    #expect(dataset.itemTokens == tokens)
  }

  @Test func `Removing duplicates leaves the table sorted by time, which gives other ids`() throws {
    let toy = try TemporaryDataset(files: ["inter": interactions(["v x 9", "v y 9", "u c 3", "u b 2", "u a 1"])])
    #expect(try toy.load().dataset.userTokens == ["[PAD]", "v", "u"])
    let sorted = try toy.load { $0.duplicates = .keepFirst }.dataset
    #expect(sorted.userTokens == ["[PAD]", "u", "v"])
    #expect(sorted.itemTokens == ["[PAD]", "a", "b", "c", "x", "y"])
  }

  @Test func `Rows outside the intervals or the list of a column go`() throws {
    let header = "user_id:token item_id:token rating:float kind:token timestamp:float"
    let rows = [
      "u a 5 x 1", "u b 2 x 2", "u c 4 y 3", "u d 3 x 4", "u e NA x 5", "u f 9 NA 6", "u g 3 z 7", "u h 3 x 8",
    ]
    let toy = try TemporaryDataset(files: ["inter": interactions(rows, header: header)])
    let intervals = try #require(Intervals(parsing: "[3,inf)"))
    let (dataset, report) = try toy.load {
      $0.valueFilters = ["rating": .intervals(intervals), "kind": .tokens(["x", "z"])]
    }
    #expect(dataset.namedItems == "a d g h")
    #expect(report.filters == [.init(name: "val_interval", removed: 4, remaining: 4)])
  }

  @Test func `A loaded item file filters rows and adds the items that no row has`() throws {
    let toy = try TemporaryDataset(
      files: [
        "inter": interactions(["u a 1", "u b 2", "u c 3", "u d 4", "w a 1"]),
        "item": "item_id:token\tyear:float\nd\t1990\na\t1991\nb\t1992\nq\t1993\nc\t1900\n",
        "user": "user_id:token\nu\n",
      ])
    let unloaded = try toy.load()
    #expect(unloaded.dataset.itemTokens == ["[PAD]", "a", "b", "c", "d"])
    #expect(unloaded.report.files.count == 1)
    let intervals = try #require(Intervals(parsing: "[1950,inf)"))
    let (dataset, report) = try toy.load {
      $0.loadedColumns = ["inter": .all, "item": .some(["item_id"])]
      $0.valueFilters = ["year": .intervals(intervals)]
    }
    #expect(dataset.namedItems == "a b d a")
    #expect(dataset.itemTokens == ["[PAD]", "a", "b", "d", "q"])
    #expect(report.filters.map(\.removed) == [1])
    let all = try toy.load { $0.loadedColumns = nil }
    #expect(all.dataset.namedItems == "a b c d")
    #expect(all.report.files.count == 3)
    #expect(all.dataset.contentHash != unloaded.dataset.contentHash)
    let lenient = try toy.load {
      $0.loadedColumns = nil
      $0.filtersByFeatureFiles = false
    }
    #expect(lenient.dataset.userTokens == ["[PAD]", "u", "w"])
    let bounded = try toy.load {
      $0.loadedColumns = nil
      $0.itemCountInterval = Intervals(parsing: "[1,inf)")
    }
    #expect(bounded.dataset.itemTokens == ["[PAD]", "a", "b", "c", "d"])
  }

  @Test func `Cells that pandas regards as missing are missing, also when quoted`() throws {
    for text in ["", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "#N/A", "<NA>", "-nan", "-1.#IND"] {
      let bytes = Array(text.utf8)
      #expect(TypedTable.isMissing(bytes, 0, bytes.count), "\(text)")
    }
    for text in ["Na", "none", "-", "1", "-1", "N", "n", "nil", "0", "#", "NAN", "1.#", "-1.5"] {
      let bytes = Array(text.utf8)
      #expect(!TypedTable.isMissing(bytes, 0, bytes.count), "\(text)")
    }
    let toy = try TemporaryDataset(
      files: ["inter": interactions(["u a 1", "u NA 2", "NA b 3", "u b 4", "u \"null\" 5", "u c 6"])])
    let (dataset, report) = try toy.load()
    #expect(dataset.namedItems == "a b c")
    #expect(report.rowCount == 6)
    #expect(report.filters == [.init(name: "rows without user or item", removed: 3, remaining: 3)])
    #expect(report.warnings.first?.contains("lines 3, 4, 6") == true)
  }
}
