import Testing

@testable import Model

@Suite struct RecommenderTests {
  /// 300 users of 17 items each, more than are ranked at once, and untrained weights.
  private static func model(itemCount: Int) throws -> (SavedModel, SequenceDataset, UserHistories) {
    let rows = (0..<300 * 17).map { "u\($0 / 17) i\($0 * 7 % itemCount) \($0)" }
    let toy = try TemporaryDataset(files: ["inter": interactions(rows)])
    let (dataset, report) = try toy.load { $0.maximumLength = 6 }
    var configuration = Configuration()
    configuration.dataset.maximumLength = 6
    configuration.network.maximumLength = 6
    (configuration.network.hiddenSize, configuration.network.innerSize) = (8, 8)
    configuration.network.initializerRange = 0.5
    let weights = Trainer(configuration: configuration, dataset: dataset).weights(metadata: [:])
    let model = try SavedModel(weights, file: "a test", configuration: configuration, dataset: dataset)
    return (model, dataset, UserHistories(dataset, report))
  }

  /// Where all items fit one tile, and where they do not.
  @Test(arguments: [40, 5000])
  func `A held-out item has the rank of the evaluation`(itemCount: Int) throws {
    let (model, dataset, histories) = try Self.model(itemCount: itemCount)
    #expect(dataset.itemCount == itemCount + 1)
    func answers(_ request: Recommender.Request) throws -> [[Int32]] {
      let recommender = Recommender(model, histories, request)
      let scratch = recommender.scratch(thread: 1)
      let users = dataset.test.map { sample in
        UserHistory(
          user: dataset.userTokens[Int(sample.user)], items: Array(dataset.history(of: sample)),
          seen: Array(dataset.history(of: sample)))
      }
      return try [users.prefix(256), users.dropFirst(256)].flatMap {
        try recommender.answers(Array($0), scratch, shouldStop: { false }).map { $0.items.map(\.id) }
      }
    }
    let all = try answers(.init(top: 10_000, isRepeatable: true, items: nil))
    #expect(all.allSatisfy { Set($0) == Set(1...Int32(itemCount)) && $0.count == itemCount })
    let ranks = zip(all, dataset.test).map { items, sample in
      1 + (items.firstIndex(of: dataset.target(of: sample)) ?? 0)
    }
    #expect(ranks == Evaluator(dataset: dataset).ranks(of: dataset.test, model.network)?.amongAll)

    let stock = (1...Int32(itemCount)).filter { $0 % 3 > 0 }
    let few = try answers(.init(top: 7, isRepeatable: false, items: stock))
    for (index, sample) in dataset.test.enumerated() {
      let seen = dataset.history(of: sample)
      #expect(few[index] == Array(all[index].filter { $0 % 3 > 0 && !seen.contains($0) }.prefix(7)))
    }
  }

  @Test func `Complete histories end with the last row, and seen items are older than what the network reads`() throws {
    let rows = ["u A 1", "v B 2", "u B 3", "u C 4", "u A 5", "v C 6", "v A 7", "w D 8"]
    let toy = try TemporaryDataset(files: ["inter": interactions(rows)])
    let (dataset, report) = try toy.load { $0.maximumLength = 2 }
    let histories = UserHistories(dataset, report)
    let known = histories.users.map { histories.history(of: $0, includesSeen: true) }
    #expect(known.map(\.user) == ["u", "v", "w"])
    #expect(known.map(\.items) == [[3, 1], [3, 1], [4]])
    #expect(known.map(\.seen) == [[1, 2, 3, 1], [2, 3, 1], [4]])
    #expect(histories.history(of: 1, includesSeen: false).seen.isEmpty)
    #expect(histories.popularItems() == [1, 2, 3, 4])
  }

  @Test func `In a predefined split, a user's last row is the history, and all rows are seen`() throws {
    let header = "user_id:token\titem_id_list:token_seq\titem_id:token\n"
    let toy = try TemporaryDataset(files: [
      "train.inter": header + "v\tx a\tc\nu\ta\tb\n", "valid.inter": header + "u\ta b\td\n",
      "test.inter": header + "v\tx a c\tb\n", "user": "user_id:token\nz\n",
    ])
    let (dataset, report) = try toy.load {
      $0.benchmarkFiles = ["train", "valid", "test"]
      $0.maximumLength = 3
      $0.loadedColumns = ["user": .all]
    }
    let histories = UserHistories(dataset, report)
    let known = histories.users.map { histories.history(of: $0, includesSeen: true) }
    func names(_ items: [Int32]) -> String { items.map { dataset.itemTokens[Int($0)] }.joined() }
    #expect(known.map(\.user) == ["v", "u", "z"])
    #expect(known.map { names($0.items) } == ["acb", "abd", ""])
    #expect(known.map { names($0.seen) } == ["xacxacb", "ababd", ""])
    #expect(names(histories.popularItems()).first == "b")
  }
}
