import Testing

@testable import Tuner

@Suite struct DirectionTests {
  @Test(arguments: [
    ("ndcg@10", Direction.maximize), ("valid.mrr@10", .maximize), ("gauc", .maximize), ("itemcoverage@5", .maximize),
    ("test.shannonentropy@10", .maximize), ("tailpercentage@10", .maximize), ("loss", .maximize), ("", .maximize),
    ("giniindex@10", .minimize), ("test.giniindex@5", .minimize), ("valid.averagepopularity@10", .minimize),
  ])
  func `A metric's name says which values are better`(name: String, direction: Direction) throws {
    #expect(Direction(ofMetric: name) == direction)
    #expect(try makeStudy(metric: name).definition.direction == direction)
  }

  @Test(arguments: [
    ("gauc", WholeMetric.gauc), ("test.gauc", .gauc), ("giniindex@10", .giniindex),
    ("valid.averagepopularity@1", .averagepopularity), ("gauc@10", nil), ("giniindex", nil), ("ndcg@10", nil),
    ("giniindex@1@2", nil), ("", nil),
  ])
  func `Metrics of all users together are known by their names`(name: String, metric: WholeMetric?) {
    #expect(WholeMetric(name) == metric)
  }

  @Test func `No metric is both a function of ranks and one of all users together`() {
    for metric in WholeMetric.allCases {
      #expect(RankMetric("\(metric.rawValue)@10") == nil && RankMetric(metric.rawValue) == nil)
      #expect(!metric.reason.isEmpty)
    }
  }
}
