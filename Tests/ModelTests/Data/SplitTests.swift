import Foundation
import Literals
import Testing

@testable import Model

/// Splits by ratio and by time.
@Suite struct SplitTests {
  /// The samples that RecBole makes of a table, which `scripts/split-fixture` has written.
  struct Reference: Decodable {
    struct Row: Decodable {
      let text: String

      init(from decoder: any Decoder) throws {
        var cells = try decoder.unkeyedContainer()
        text = try "\(cells.decode(String.self)) \(cells.decode(String.self)) \(cells.decode(Int.self))"
      }
    }

    /// The value of RS, TS or LS, as a literal.
    enum Value: Decodable {
      case name(String)
      case ratios([Double])

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        self = try (try? container.decode([Double].self)).map { .ratios($0) } ?? .name(container.decode(String.self))
      }

      var text: String {
        switch self {
        case .name(let name): "'\(name)'"
        case .ratios(let ratios): "\(ratios)"
        }
      }
    }

    struct Arguments: Decodable {
      let split: [String: Value]
      let groupBy: String

      enum CodingKeys: String, CodingKey {
        case split
        case groupBy = "group_by"
      }

      /// `eval_args` as on a command line.
      var text: String {
        "{'split':{\(split.map { "'\($0)':\($1.text)" }.joined())},'group_by':'\(groupBy)','order':'TO'}"
      }
    }

    struct Case: Decodable {
      let table: String
      let normalizesAll: Bool
      let arguments: Arguments
      let train, valid, test: [String]

      enum CodingKeys: String, CodingKey {
        case table, train, valid, test
        case normalizesAll = "normalize_all"
        case arguments = "eval_args"
      }

      var name: String { "\(table) \(normalizesAll ? "scaled " : "")\(arguments.text)" }
    }

    let maximumLength: Int
    let tables: [String: [Row]]
    let cases: [Case]

    enum CodingKeys: String, CodingKey {
      case tables, cases
      case maximumLength = "MAX_ITEM_LIST_LENGTH"
    }

    init() throws {
      let file = try #require(Bundle.module.url(forResource: "Fixtures/splits", withExtension: "json"))
      self = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
    }
  }

  /// Reads rows with a value of `eval_args` and further settings.
  private static func load(
    _ rows: [String], _ arguments: String, _ change: (inout DatasetConfiguration) -> Void = { _ in }
  ) throws -> SequenceDataset {
    let layer = try ConfigurationLayer(arguments: [("eval_args", arguments)])
    let split = try Configuration(layers: [layer]).dataset.split
    return try TemporaryDataset(files: ["inter": interactions(rows)]).load {
      $0.split = split
      change(&$0)
    }.dataset
  }

  /// Samples as `user: history > target`, by name.
  private static func named(_ samples: [Sample], _ dataset: SequenceDataset) -> [String] {
    samples.map { sample in
      let history = dataset.history(of: sample).map { dataset.itemTokens[Int($0)] }.joined(separator: " ")
      return
        "\(dataset.userTokens[Int(sample.user)]): \(history) > \(dataset.itemTokens[Int(dataset.target(of: sample))])"
    }
  }

  @Test func `The samples are RecBole's, in its order`() throws {
    let reference = try Reference()
    #expect(reference.cases.count == 75)
    for expected in reference.cases {
      let rows = try #require(reference.tables[expected.table]).map(\.text)
      // Times of up to 24 bits are the same in both precisions.
      let precisions: [DatasetConfiguration.TimePrecision] =
        expected.table == "early" ? [.float32, .exact] : [.float32]
      for precision in precisions {
        let dataset = try Self.load(rows, expected.arguments.text) {
          $0.timePrecision = precision
          $0.normalizesAll = expected.normalizesAll
          $0.maximumLength = reference.maximumLength
        }
        #expect(Self.named(dataset.train, dataset) == expected.train, "\(expected.name) \(precision)")
        #expect(Self.named(dataset.valid, dataset) == expected.valid, "\(expected.name) \(precision)")
        #expect(Self.named(dataset.test, dataset) == expected.test, "\(expected.name) \(precision)")
      }
    }
  }

  @Test(arguments: [
    // RecBole 1.2.1, semantics of split_by_ratio for 0.8, 0.1, 0.1.
    (0, [0, 0, 0]), (1, [1, 0, 0]), (2, [1, 0, 1]), (3, [1, 1, 1]), (4, [2, 1, 1]), (5, [3, 1, 1]), (10, [8, 1, 1]),
    (19, [17, 1, 1]), (20, [16, 2, 2]),
  ])
  func `A user's shares are rounded down, but not to nothing`(samples: Int, expected: [Int]) {
    let counts = SplitRatios([0.8, 0.1, 0.1]).counts(of: samples)
    #expect([counts.train, counts.valid, counts.test] == expected)
  }

  @Test(
    arguments: [
      ([0, 10, 20, 30], 1.0 / 6, 25), ([0, 10, 20], 0.5, 10), ([0, 10, 20, 30, 40], 0.15, 34), ([7], 0.5, 7),
      ([1, 1, 1, 9], 0.5, 1), ([0, 10], 0, 10),
    ] as [([Double], Double, Double)])
  func `The boundary is a percentile of the times`(times: [Double], test: Double, expected: Double) {
    let ratios = SplitRatios([(1 - test) / 2, (1 - test) / 2, test])
    let comparedTime = ComparedTime(DatasetConfiguration(), range: 0...1)
    #expect(abs(ratios.boundary(of: times, comparedTime) - expected) < 1e-9)
  }

  @Test func `Exact times divide what 32 bits cannot tell apart`() throws {
    // Of five targets a fifth is for the test: the boundary is between the last two.
    let rows = ["u a 0", "u b 978300790", "u c 978300791", "u d 978300792", "u e 978300793", "u f 978300799"]
    let arguments = "{'split':{'TS':[0.4,0.4,0.2]}}"
    let exact = try Self.load(rows, arguments)
    #expect(Self.named(exact.test, exact) == ["u: a b c d e > f"])
    #expect(exact.train.count == 2 && exact.valid.count == 2)
    // All five targets have the same time then, and none is after it.
    let error = #expect(throws: DataError.self) { try Self.load(rows, arguments) { $0.timePrecision = .float32 } }
    #expect(error?.description.contains("found no test sample after the time that divides them") == true)
  }

  @Test func `By ratio, a user has several targets, and histories go on over all parts`() throws {
    let rows = (1...11).map { "u i\($0) \($0)" } + ["v i1 1", "v i2 2"]
    let dataset = try Self.load(rows, "{'split':{'RS':[6,2,2]}}") { $0.maximumLength = 2 }
    #expect(Self.named(dataset.valid, dataset) == ["u: i6 i7 > i8", "u: i7 i8 > i9"])
    #expect(Self.named(dataset.test, dataset) == ["u: i8 i9 > i10", "u: i9 i10 > i11"])
    #expect(dataset.train.count == 7 && !dataset.holdsOutOnePerUser)
    #expect(dataset.userCount(of: dataset.train) == 2 && dataset.userCount(of: dataset.test) == 1)
  }

  @Test func `Of all samples together, those at the same time keep the order of users`() throws {
    let rows = ["v a 1", "v b 5", "u a 2", "u b 5", "w a 3", "w b 4", "w c 5"]
    let dataset = try Self.load(rows, "{'split':{'RS':[2,1,1]},'group_by':'none'}")
    #expect(Self.named(dataset.train, dataset) == ["w: a > b", "v: a > b"])
    #expect(Self.named(dataset.valid, dataset) == ["u: a > b"])
    #expect(Self.named(dataset.test, dataset) == ["w: a b > c"])
  }

  @Test(arguments: [
    ("{'split':{'RS':[0.1,0.45,0.45]}}", ["u a 1", "v b 1"], "no user with at least two interactions"),
    (
      "{'split':{'RS':[0.8,0.1,0.1]}}", ["u a 1", "u b 2"],
      "no test sample; expected longer sequences, or a larger third"
    ),
    (
      "{'split':{'RS':[0.9,0.1,0]}}", ["u a 1", "u b 2"],
      "no validation sample; expected longer sequences, or a larger second"
    ),
    (
      "{'split':{'TS':[0.8,0.1,0.1]}}", ["u a 1", "u b 2", "v a 1", "v b 3"],
      "no training sample; expected longer sequences, or a larger first"
    ),
  ])
  func `Parts without samples are errors`(arguments: String, rows: [String], message: String) {
    let error = #expect(throws: DataError.self) { try Self.load(rows, arguments) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "no error")")
  }

  @Test func `Without validation samples, a report says so`() throws {
    let ratios = SplitRatios([0.8, 0.1, 0.1])
    let toy = try TemporaryDataset(files: ["inter": interactions(["u a 1", "u b 2", "u c 3"])])
    let report = try toy.load { $0.split = .ratioByUser(ratios) }.report
    #expect(report.warnings == ["no sample is left for validation, so the best epoch cannot be determined"])
    let without = try toy.load { $0.split = .ratioByUser(SplitRatios([1, 0, 1])) }.report
    #expect(without.warnings.isEmpty)
  }
}

/// Memory and past items where users have several held-out items.
@Suite struct SeveralTargetsTests {
  private static let splits: [DatasetConfiguration.Split] = [
    .ratioByUser(SplitRatios([0.5, 0.25, 0.25])), .ratio(SplitRatios([0.5, 0.25, 0.25])),
    .time(SplitRatios([0.5, 0.25, 0.25])),
  ]

  /// 12 users of 3 to 14 rows, whose times overlap.
  private static let rows = (0..<12).flatMap { user in
    (0..<user + 3).map { "u\(user) i\((user * 5 + $0 * $0 * 3) % 9) \((user * 7 + $0 * 11) % 60 + $0 * 10)" }
  }

  @Test(arguments: splits)
  func `Past items are those of the sequence before each target`(split: DatasetConfiguration.Split) throws {
    let toy = try TemporaryDataset(files: ["inter": interactions(Self.rows)])
    let short = try toy.load {
      $0.split = split
      $0.maximumLength = 2
    }.dataset
    // With long histories, a sample has all of the past.
    let long = try toy.load { $0.split = split }.dataset
    for (samples, complete) in [(short.valid, long.valid), (short.test, long.test)] {
      #expect(!samples.isEmpty)
      #expect(SeenItems(short).items(before: samples) == complete.map { Set(long.history(of: $0)).sorted() })
    }
  }

  @Test(arguments: splits, [2, 50])
  func `What is left out of rankings fits into its bytes`(split: DatasetConfiguration.Split, maximumLength: Int) throws
  {
    let dataset = try TemporaryDataset(files: ["inter": interactions(Self.rows)]).load {
      $0.split = split
      $0.maximumLength = maximumLength
    }.dataset
    let lists = [dataset.valid, dataset.test].flatMap { HeldOut($0, of: dataset, isRepeatable: false).seen ?? [] }
    #expect(!dataset.holdsOutOnePerUser)
    #expect(HeldOut.byteCount(dataset) >= lists.reduce(0) { $0 + 4 * $1.count + 32 })
  }

  @Test(arguments: splits)
  func `Popularity counts each training interaction once`(split: DatasetConfiguration.Split) throws {
    let dataset = try TemporaryDataset(files: ["inter": interactions(Self.rows)]).load { $0.split = split }.dataset
    var places: Set<Int32> = []
    for sample in dataset.train { places.formUnion(sample.start...sample.start + sample.length) }
    var counts = [Int](repeating: 0, count: dataset.itemCount)
    for place in places { counts[Int(dataset.items[Int(place)])] += 1 }
    #expect(dataset.trainingCounts() == counts)
    let order = counts.indices.dropFirst().sorted { (counts[$1], $0) < (counts[$0], $1) }
    let ranking = PopularityRanking(dataset)
    #expect(
      ranking.ranks(of: dataset.test)
        == dataset.test.map { sample in (order.firstIndex(of: Int(dataset.target(of: sample))) ?? 0) + 1 })
  }
}
