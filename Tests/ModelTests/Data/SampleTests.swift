import Testing

@testable import Model

@Suite struct SampleTests {
  @Test func `A small file gives the reference's samples in its order`() throws {
    let toy = try TemporaryDataset(
      files: [
        "inter": interactions(
          [
            "u1 A 5 100", "u2 B 4 90", "u1 B 3 110", "u3 C 5 50", "u1 C 4 105", "u2 D 2 95", "u1 D 1 130",
            "u3 A 3 60", "u1 E 5 120", "u3 E 4 55", "u4 F 4 70", "u5 A 4 71", "u5 B 4 72",
          ], header: "user_id:token item_id:token rating:float timestamp:float")
      ])
    for precision in DatasetConfiguration.TimePrecision.allCases {
      let dataset = try toy.load {
        $0.maximumLength = 3
        $0.timePrecision = precision
      }.dataset
      #expect(dataset.userTokens == ["[PAD]", "u1", "u2", "u3", "u4", "u5"])
      #expect(dataset.itemTokens == ["[PAD]", "A", "B", "C", "D", "E", "F"])
      #expect(dataset.itemCount == 7)
      #expect(dataset.shown(dataset.train) == ["3: 3 > 5", "5: 1 > 2", "2: 2 > 4", "1: 1 > 3", "1: 1 3 > 2"])
      #expect(dataset.shown(dataset.valid) == ["1: 1 3 2 > 5"])
      #expect(dataset.shown(dataset.test) == ["3: 3 5 > 1", "1: 3 2 5 > 4"])
    }
  }

  @Test func `Histories longer than the maximum lose their oldest items`() throws {
    let rows = (1...8).map { "u \($0) \($0)" }
    let toy = try TemporaryDataset(files: ["inter": interactions(rows)])
    let dataset = try toy.load { $0.maximumLength = 3 }.dataset
    #expect(
      dataset.shown(dataset.train) == ["1: 1 > 2", "1: 1 2 > 3", "1: 1 2 3 > 4", "1: 2 3 4 > 5", "1: 3 4 5 > 6"])
    #expect(dataset.shown(dataset.valid) == ["1: 4 5 6 > 7"])
    #expect(dataset.shown(dataset.test) == ["1: 5 6 7 > 8"])
  }

  @Test(arguments: [
    (0, [0, 0, 0], [0, 0, 0], [0, 0, 0]),
    (1, [1, 0, 0], [1, 0, 0], [1, 0, 0]),
    (2, [1, 0, 1], [1, 1, 0], [1, 0, 1]),
    (3, [1, 1, 1], [2, 1, 0], [2, 0, 1]),
    (9, [7, 1, 1], [8, 1, 0], [8, 0, 1]),
  ])
  func `The number of samples decides what is held out`(
    samples: Int, both: [Int], valid: [Int], test: [Int]
  ) throws {
    for (split, expected) in [(DatasetConfiguration.Split.validAndTest, both), (.validOnly, valid), (.testOnly, test)] {
      let counts = try #require(Splitter.counts(of: samples, split))
      #expect([counts.train, counts.valid, counts.test] == expected)
    }
  }

  @Test func `Users who are filtered out of samples still count as users and their items as items`() throws {
    let toy = try TemporaryDataset(files: ["inter": interactions(["a X 1", "b A 1", "b B 2", "b C 3"])])
    let dataset = try toy.load().dataset
    #expect(dataset.itemTokens == ["[PAD]", "X", "A", "B", "C"])
    #expect(dataset.shown(dataset.test) == ["2: 2 3 > 4"])
  }
}

@Suite struct TimeOrderTests {
  private let rows = [
    "u a 978300790", "u b 978300760", "u c 978300770", "u d 978301000", "u e 978300900", "u f 978300961",
  ]

  @Test(arguments: [
    (DatasetConfiguration.TimePrecision.exact, false, "b c a e f d"),
    (.exact, true, "b c a e f d"),
    (.float32, false, "b a c e d f"),
    (.float32, true, "b c a e f d"),
  ])
  func `Times rounded to 32 bits tie, unless they are normalized first`(
    precision: DatasetConfiguration.TimePrecision, normalizes: Bool, expected: String
  ) throws {
    let toy = try TemporaryDataset(files: ["inter": interactions(rows)])
    let byAll = try toy.load {
      $0.timePrecision = precision
      $0.normalizesAll = normalizes
    }
    let byField = try toy.load {
      $0.timePrecision = precision
      $0.normalizedFields = normalizes ? ["timestamp"] : ["rating"]
    }
    #expect(byAll.dataset.namedItems == expected)
    #expect(byField.dataset.namedItems == expected)
    #expect(byAll.report.tiedRowCount == (precision == .float32 && !normalizes ? 4 : 0))
    #expect(byAll.report.timeRange == 978_300_760...978_301_000)
  }

  @Test func `Equal times keep the order of the file`() throws {
    let toy = try TemporaryDataset(files: ["inter": interactions(["u c 5", "v x 1", "u a 5", "u b 5", "u d 4"])])
    let (dataset, report) = try toy.load()
    #expect(dataset.namedItems == "d c a b x")
    #expect(report.tiedRowCount == 3)
  }

  @Test func `Milliseconds, decimals, signs and exponents are read to the last bit`() throws {
    let texts = ["1.7e12", "1700000000123", "1700000000.25", "-5", "0.1", "+7", " 8 ", "123456789.123456789"]
    for text in texts {
      let bytes = Array(text.utf8)
      let expected = Double(text.replacing(" ", with: ""))
      #expect(TypedTable.number(bytes, 0, bytes.count) == expected)
    }
    for text in ["", "abc", "1.2.3", "0x10", "-", ".", "1e", "12a"] {
      let bytes = Array(text.utf8)
      #expect(TypedTable.number(bytes, 0, bytes.count) == nil)
    }
  }
}
