import Foundation
import Literals
import Testing

@testable import Tuner

@Suite struct ImportanceReportTests {
  private static let ranges = """
    rate loguniform_bounds 0.001,1
    dropout quniform 0,0.6,0.1
    layers choice [3,1,2]
    act choice ['gelu','relu']

    """

  /// Trials drawn from a space, whose hits are a function of the point.
  private static func finished(
    _ text: String, _ count: Int, hits: (Hyperparameters) -> Int
  ) throws -> FinishedTrials {
    let space = try SearchSpace(parsing: text, file: "hyper.test")
    var definition = try makeStudy(metric: "hit@1").definition
    definition.searchSpace = text
    var generator = SplitMix64(1)
    return FinishedTrials(
      study: Study(id: 1, definition: definition, createdAt: ""), split: "valid", name: "hit@1",
      metric: try #require(RankMetric("hit@1")), ranking: definition.ranking(isRepeatable: nil),
      trials: (0..<count).map { number in
        let point = Hyperparameters(
          space.parameters.map {
            Hyperparameters.Pair(name: $0.name, value: $0.distribution.value(at: generator.nextUniform()))
          })
        let hits = hits(point)
        return FinishedTrials.Trial(
          number: number + 1, hyperparameters: point, values: (0..<100).map { $0 < hits ? 1 : 0 })
      })
  }

  private static func hits(_ point: Hyperparameters) -> Int {
    50 + Int(10 * log10(point["rate"]?.double ?? 1)) + (point["layers"] == .integer(3) ? 6 : 0)
  }

  @Test func `Ranges are answered by a forest on the declared axes`() throws {
    let answer = try ImportanceDocument(Self.finished(Self.ranges, 200, hits: Self.hits))
    #expect(answer.method == .forest && !answer.isExact && answer.noise == nil && answer.leftOut == nil)
    #expect(answer.trials == 200 && answer.users == 100)
    #expect(answer.effects.map(\.parameters) == [["rate"], ["dropout"], ["layers"], ["act"]])
    // Variances: 10² · 3² / 12 = 75 and 6² · 2 / 9 = 8.
    #expect(abs(answer.effects[0].fraction - 75.0 / 83) < 0.05 && abs(answer.effects[2].fraction - 8.0 / 83) < 0.05)
    #expect(answer.effects[1].fraction < 0.01 && answer.effects[3].fraction < 0.01)
    #expect(
      answer.values.filter { $0.parameter == "rate" }.map(\.value) == [
        "0.001 to 0.003981", "0.003981 to 0.01585", "0.01585 to 0.0631", "0.0631 to 0.2512", "0.2512 to 1.0",
      ])
    #expect(
      answer.values.filter { $0.parameter == "dropout" }.map(\.value) == [
        "0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6",
      ])
    #expect(answer.values.filter { $0.parameter == "layers" }.map(\.value) == ["1", "2", "3"])
    #expect(answer.values.filter { $0.parameter == "act" }.map(\.value) == ["gelu", "relu"])
    let text = try JSONText.of(answer)
    #expect(text.contains("\"method\" : \"forest\"") && !text.contains("measured") && !text.contains("noise"))
    #expect(text.contains("\"intervals\" : \"fractions of 95 % of the 80 trees, each grown on another sample"))
  }

  @Test func `A page gets effects in their order, the rest and a sentence`() throws {
    var finished = try Self.finished(Self.ranges, 200, hits: Self.hits)
    (finished.prunedCount, finished.divergedCount) = (2, 1)
    let report = ImportanceReport(try ImportanceDocument(finished))
    let effects = try #require(report.effects)
    #expect(effects[0].parameters == ["rate"] && effects[1].parameters == ["layers"])
    #expect(effects.map(\.fraction) == effects.map(\.fraction).sorted(by: >))
    #expect(effects.allSatisfy { $0.parameters.count == 1 || $0.fraction >= 0.001 })
    #expect(try #require(report.rest) < 0.1)
    #expect(
      report.statement.hasPrefix("200 completed trials; a random forest predicts the hit@1 of the others. Intervals: "))
    let end = " 2 pruned trials do not count. 1 diverged trial does not count."
    #expect(report.statement.hasSuffix(end), "\(report.statement)")
    let again = try JSONDecoder().decode(ImportanceReport.self, from: JSONEncoder().encode(report))
    #expect(again == report)
  }

  @Test func `Too few trials are named, with what would be enough`() throws {
    func problem(_ space: String, _ count: Int, _ pruned: Int = 0) throws -> String? {
      var generator = SplitMix64(2)
      var finished = try Self.finished(space, count) { _ in Int.random(in: 0...100, using: &generator) }
      finished.prunedCount = pruned
      return #expect(throws: ReportError.self) { try ImportanceDocument(finished) }?.description
    }
    #expect(
      try problem(Self.ranges, 12, 8)
        == "toy: not enough trials yet: 12 have completed; 30 would be enough. 8 pruned trials do not count")
    #expect(
      try problem(Self.ranges, 1, 1)
        == "toy: not enough trials yet: 1 has completed; 30 would be enough. 1 pruned trial does not count")
    let eight = (1...8).map { "p\($0) uniform 0,1\n" }.joined()
    #expect(try problem(eight, 39) == "toy: not enough trials yet: 39 have completed; 40 would be enough")
    let grid = "a choice [1,2,3]\nb choice [1,2,3]\n"
    #expect(try problem(grid, 1) == "toy: not enough trials yet: 1 has completed; all 9 of the grid would be enough")
  }

  @Test func `A grid of which a quarter has completed is answered, too`() throws {
    let grid = (0..<5).map { "p\($0) choice [1,2,3,4,5,6,7,8]\n" }.joined()
    let finished = try Self.finished(grid, 35) { point in 10 * Int(point["p2"]?.double ?? 0) }
    #expect(try ImportanceDocument(finished).method == .forest)
    let more = try Self.finished(grid, 150) { point in 10 * Int(point["p2"]?.double ?? 0) }
    let answer = try ImportanceDocument(more)
    #expect(answer.method == .leastSquares && answer.effects[2].fraction > 0.95)
  }

  @Test func `A trial outside the search space does not count`() throws {
    var finished = try Self.finished(Self.ranges, 40, hits: Self.hits)
    let odd: [Hyperparameters] = [
      ["rate": .number(2), "dropout": .number(0.1), "layers": .integer(1), "act": .text("gelu")],
      ["rate": .number(0.1), "dropout": .number(0.1)],
    ]
    finished = FinishedTrials(
      study: finished.study, split: "valid", name: "hit@1", metric: finished.metric, ranking: finished.ranking,
      trials: finished.trials
        + odd.enumerated().map {
          FinishedTrials.Trial(number: 41 + $0, hyperparameters: $1, values: finished.trials[0].values)
        })
    let answer = try ImportanceDocument(finished)
    #expect(answer.trials == 40)
    #expect(answer.leftOut == "2 completed trials with values outside the search space do not count")
  }

  @Test func `A list of many numbers is answered in five parts, and a range of one value has no effect`() throws {
    let text = "size choice [\((1...23).map { "\($0)" }.joined(separator: ","))]\nrate uniform 0,1\n"
    let answer = try ImportanceDocument(Self.finished(text, 60) { Int($0["size"]?.double ?? 0) })
    #expect(
      answer.values.filter { $0.parameter == "size" }.map(\.value) == [
        "1 to 5", "5 to 10", "10 to 14", "14 to 19", "19 to 23",
      ])
    #expect(answer.effects[0].fraction > 0.9)
  }

  @Test func `A study without completed trials says so`() throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy()
    let study = try store.createOrContinue(definition, cells: cells).study
    let report = try store.importance(of: study)
    #expect(report == ImportanceReport(statement: "not enough trials yet: none has completed"))
  }
}
