import Foundation
import Literals
import Testing

@testable import Model

@Suite struct StatisticsTests {
  @Test func `Statistics count what is there`() throws {
    let toy = try TemporaryDataset(
      files: [
        "inter": interactions([
          "u1 A 100", "u2 B 90", "u1 B 110", "u3 C 50", "u1 C 105", "u2 D 95", "u1 D 130", "u3 A 60", "u1 E 120",
          "u3 E 55", "u4 F 70", "u5 A 71", "u5 B 72",
        ])
      ])
    let (dataset, report) = try toy.load()
    let statistics = DatasetStatistics(dataset, report)
    #expect(statistics.rowCount == 13 && statistics.keptRowCount == 13)
    #expect(statistics.userCount == 5 && statistics.itemCount == 6)
    #expect(statistics.sequenceLengths == .init(minimum: 1, median: 2, mean: 2.6, maximum: 5))
    #expect(abs(statistics.referenceSparsity - 0.690476) < 1e-6)
    #expect(abs(statistics.sparsity - (1 - 13.0 / 30)) < 1e-12)
    #expect(statistics.trainCount == 5)
    #expect(statistics.validCount == 1)
    #expect(statistics.testCount == 2)
    #expect(statistics.buckets.map(\.share).reduce(0, +) == 1)
    #expect(statistics.timeRange == 50...130)
    #expect(statistics.tiedShare == 0)
  }

  @Test func `Popularity counts each interaction of training once and puts lower ids first`() throws {
    // User 1: 1 2 3 1 | 4 | 2; user 2: 3 4 | – | 1.
    let dataset = SequenceDataset(
      name: "toy", contentHash: "", userTokens: ["[PAD]", "u", "v"], itemTokens: ["[PAD]", "a", "b", "c", "d"],
      items: [1, 2, 3, 1, 4, 2, 3, 4, 1], maximumLength: 2,
      train: [
        Sample(user: 1, start: 0, length: 1), Sample(user: 1, start: 0, length: 2),
        Sample(user: 1, start: 1, length: 2),
        Sample(user: 2, start: 6, length: 1),
      ],
      valid: [Sample(user: 1, start: 2, length: 2)],
      test: [Sample(user: 1, start: 3, length: 2), Sample(user: 2, start: 6, length: 2)])
    #expect(dataset.trainingCounts() == [0, 2, 1, 2, 1])
    #expect(dataset.popularityRanks() == [0, 1, 3, 2, 4])
    let ranks = dataset.popularityRanks()
    let valid = try #require(PopularityBaseline(of: dataset.valid, in: dataset, ranks: ranks, cutoff: 3))
    #expect(valid.hit == 0 && valid.ndcg == 0 && valid.reciprocalRank == 0)
    let test = try #require(PopularityBaseline(of: dataset.test, in: dataset, ranks: ranks, cutoff: 3))
    #expect(PopularityBaseline(of: [], in: dataset, ranks: ranks) == nil)
    #expect(test.hit == 1)
    #expect(test.ndcg == 0.75)
    #expect(test.reciprocalRank == 2.0 / 3)
  }
}

/// ML-100K, which may not be part of this repository: where it lies, if it does.
private let ml100k: String? = {
  let path = ProcessInfo.processInfo.environment["RUN_HYPER_ML100K"] ?? "datasets/ml-100k/ml-100k.inter"
  return FileManager.default.fileExists(atPath: path) ? path : nil
}()

@Suite(.enabled(if: ml100k != nil)) struct ML100KTests {
  private func load(_ precision: DatasetConfiguration.TimePrecision) throws -> (SequenceDataset, LoadReport) {
    let folder = URL(fileURLWithPath: try #require(ml100k)).deletingLastPathComponent().deletingLastPathComponent()
    let configuration = try Configuration(
      layers: [
        .init(
          source: "test",
          values: [
            "dataset": .text("ml-100k"), "data_path": .text(folder.path), "time_precision": .text(precision.rawValue),
          ])
      ])
    return try SequenceDataset.load(configuration.dataset)
  }

  @Test func `ML-100K has the reference's samples and first ids`() throws {
    for precision in DatasetConfiguration.TimePrecision.allCases {
      let (dataset, report) = try load(precision)
      #expect(dataset.train.count == 97171)
      #expect(dataset.valid.count == 943)
      #expect(dataset.test.count == 943)
      #expect(dataset.userTokens.count == 944 && dataset.itemCount == 1683)
      #expect(Array(dataset.userTokens[1...4]) == ["196", "186", "22", "244"])
      #expect(Array(dataset.itemTokens[1...4]) == ["242", "302", "377", "51"])
      #expect(report.rowCount == 100_000)
    }
  }

  /// The table as lines `split user items > target`; its FNV-1a hash is that of a second program, written from
  /// the reference's rules in another language.
  @Test(arguments: [
    (DatasetConfiguration.TimePrecision.exact, UInt64(0x56D_CA52_FEEA_22E0)),
    (.float32, 0xA520_2D64_8583_B45B),
  ])
  func `All samples of ML-100K are those of the rules, in their order`(
    precision: DatasetConfiguration.TimePrecision, expected: UInt64
  ) throws {
    let dataset = try load(precision).0
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for (name, samples) in [("train", dataset.train), ("valid", dataset.valid), ("test", dataset.test)] {
      for sample in samples {
        let history = dataset.history(of: sample).map(String.init).joined(separator: " ")
        for byte in "\(name) \(sample.user) \(history) > \(dataset.target(of: sample))\n".utf8 {
          hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
      }
    }
    #expect(hash == expected)
  }

  @Test func `In 37 users of ML-100K 32-bit times change the test sample`() throws {
    let exact = try load(.exact).0
    let rounded = try load(.float32).0
    let targets = Dictionary(
      uniqueKeysWithValues: exact.test.map { ($0.user, (exact.target(of: $0), Array(exact.history(of: $0)))) })
    let changed = rounded.test.count { sample in
      guard let other = targets[sample.user] else { return true }
      return other.0 != rounded.target(of: sample) || other.1 != Array(rounded.history(of: sample))
    }
    #expect(changed == 37)
  }
}
