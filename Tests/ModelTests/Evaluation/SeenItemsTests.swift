import Testing

@testable import Model

/// What users had had before their held-out samples.
@Suite struct SeenItemsTests {
  /// The items before a sample, by name.
  private func seen(_ dataset: SequenceDataset, _ samples: [Sample]) -> [[String]] {
    let seen = SeenItems(dataset)
    let all = seen.items(before: samples)
    // In any order, and alone.
    #expect(seen.items(before: samples.reversed()) == all.reversed())
    #expect(samples.map { seen.items(before: [$0])[0] } == all)
    return all.map { items in
      #expect(items == Set(items).sorted())
      return items.map { dataset.itemTokens[Int($0)] }.sorted()
    }
  }

  @Test(arguments: [2, 3, 50])
  func `They are all earlier items, however short the histories are`(maximumLength: Int) throws {
    let rows = [
      "u a 1", "u b 2", "u a 3", "u c 4", "u d 5", "u a 6", "u e 7", "v c 1", "v c 2", "v c 3", "v b 4", "w a 1",
      "w b 2",
      "w c 3",
    ]
    let dataset = try TemporaryDataset(files: ["inter": interactions(rows)]).load { $0.maximumLength = maximumLength }
      .dataset
    let users = { (samples: [Sample]) in samples.map { dataset.userTokens[Int($0.user)] } }
    #expect(Set(users(dataset.valid)) == ["u", "v"] && Set(users(dataset.test)) == ["u", "v", "w"])
    let valid = ["u": ["a", "b", "c", "d"], "v": ["c"]]
    let test = ["u": ["a", "b", "c", "d"], "v": ["c"], "w": ["a", "b"]]
    #expect(seen(dataset, dataset.valid) == users(dataset.valid).map { valid[$0] ?? [] })
    #expect(seen(dataset, dataset.test) == users(dataset.test).map { test[$0] ?? [] })
  }

  @Test func `They are those of the sequence before the target`() throws {
    var stream = RandomRows(seed: 3)
    let rows = (0..<2000).map { "u\(stream.next(40)) i\(stream.next(30)) \($0)" }
    let dataset = try TemporaryDataset(files: ["inter": interactions(rows)]).load { $0.maximumLength = 7 }.dataset
    let sequences = Dictionary(grouping: rows.map { $0.split(separator: " ").map(String.init) }) { $0[0] }
    for (samples, heldOut) in [(dataset.valid, 2), (dataset.test, 1)] {
      #expect(samples.count == 40)
      #expect(
        seen(dataset, samples)
          == samples.map { sample in
            let items = sequences[dataset.userTokens[Int(sample.user)]]?.map { $0[1] } ?? []
            return Set(items.dropLast(heldOut)).sorted()
          })
    }
  }

  @Test func `In files that are already split, they are the items of the user's earlier rows, too`() throws {
    let header = "user_id:token\titem_id_list:token_seq\titem_id:token\n"
    let toy = try TemporaryDataset(files: [
      "train.inter": header + "u\ta\tb\nv\tx a\tc\nu\tc\ta\n", "valid.inter": header + "u\ta b\td\nw\tb\tb\n",
      "test.inter": header + "v\tx\tb\nu\te\tf\n",
    ])
    let dataset = try toy.load { $0.benchmarkFiles = ["train", "valid", "test"] }.dataset
    #expect(seen(dataset, dataset.valid) == [["a", "b", "c"], ["b"]])
    #expect(seen(dataset, dataset.test) == [["a", "c", "x"], ["a", "b", "c", "d", "e"]])
  }

  @Test func `In such files, they are also what a long history has before the items that the network reads`() throws {
    let header = "user_id:token\titem_id_list:token_seq\titem_id:token\n"
    let toy = try TemporaryDataset(files: [
      "train.inter": header + "u\ta b c\td\n", "valid.inter": header + "v\ta b x d a\tc\n",
      "test.inter": header + "v\td e\ta\nv\tb c a\td\nu\tc b a\tb\n",
    ])
    let long = try toy.load { $0.benchmarkFiles = ["train", "valid", "test"] }.dataset
    let short = try toy.load {
      $0.benchmarkFiles = ["train", "valid", "test"]
      $0.maximumLength = 1
    }.dataset
    #expect(seen(long, long.valid) == [["a", "b", "d", "x"]])
    #expect(
      seen(long, long.test) == [
        ["a", "b", "c", "d", "e", "x"], ["a", "b", "c", "d", "e", "x"], ["a", "b", "c", "d"],
      ])
    // Items without an id, here x, are not ranked.
    #expect(!short.itemTokens.contains("x") && short.history(of: short.valid[0]).count == 1)
    #expect(seen(short, short.valid) == [["a", "b", "d"]])
    #expect(seen(short, short.test) == [["a", "b", "c", "d", "e"], ["a", "b", "c", "d", "e"], ["a", "b", "c", "d"]])
    let histories = UserHistories(short, try toy.load { $0.benchmarkFiles = ["train", "valid", "test"] }.report)
    let user = try #require(short.userTokens.firstIndex(of: "v"))
    #expect(Set(histories.history(of: Int32(user), includesSeen: true).seen).count == 5)
  }

  @Test func `The most popular items move up where those before them are left out`() throws {
    let rows = [
      "u a 1", "u b 2", "u c 3", "u d 4", "v a 1", "v b 2", "v a 3", "v c 4", "w a 1", "w b 2", "w a 3", "w a 4",
    ]
    let dataset = try TemporaryDataset(files: ["inter": interactions(rows)]).load { $0.split = .testOnly }.dataset
    let ranking = PopularityRanking(dataset)
    // By their numbers in training: a, b, c, d.
    #expect(ranking.ranks(of: dataset.test) == [4, 3, 1])
    #expect(ranking.ranks(of: dataset.test, isRepeatable: false) == [1, 1, 1])
    #expect(ranking.repeatCount(of: dataset.test) == 1)
  }
}

/// Numbers at random, for rows.
private struct RandomRows {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// A number from 0, below `bound`.
  mutating func next(_ bound: UInt64) -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 33) % bound
  }
}
