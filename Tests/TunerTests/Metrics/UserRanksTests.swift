import Testing

@testable import Tuner

@Suite struct UserRanksTests {
  @Test func `Ranks of one sample for each user are stored as they are`() {
    let plain = UserRanks([1, 300, 65_535])
    #expect(plain.bytes == [1, 0, 44, 1, 255, 255])
    #expect(plain == [1, 300, 65_535] && plain == UserRanks([1, 300, 65_535], users: [7, 2, 9]))
    #expect(plain.userCount == 3 && plain.sampleCount == nil && plain.weights == nil && !plain.areDamaged)
    #expect(UserRanks(bytes: plain.bytes) == plain)
    #expect(UserRanks(bytes: []) == [] && UserRanks([], users: []).isEmpty)
  }

  @Test func `Ranks of several samples for a user are grouped by user, in the order of the samples`() {
    // Users 5, 2 and 9.
    let ranks = UserRanks([10, 20, 11, 30, 12, 21], users: [5, 2, 5, 9, 5, 2])
    #expect(ranks.ranks == [10, 11, 12, 20, 21, 30] && ranks.counts == [3, 2, 1])
    #expect(ranks.userCount == 3 && ranks.sampleCount == 6 && ranks.weights == [1.5, 1, 0.5])
    #expect(ranks.bytes == [0, 0, 0, 0, 10, 0, 11, 0, 12, 0, 0, 0, 20, 0, 21, 0, 0, 0, 30, 0])
    #expect(UserRanks(bytes: ranks.bytes) == ranks && !ranks.areDamaged)
    #expect(!ranks.haveSameUsers(as: UserRanks([10, 11, 12, 20, 21, 30])))
    #expect(!ranks.haveSameUsers(as: UserRanks([1, 2, 3, 4, 5, 6], users: [1, 1, 2, 2, 3, 3])))
    #expect(ranks.haveSameUsers(as: UserRanks([1, 2, 3, 4, 5, 6], users: [1, 1, 1, 2, 2, 3])))
  }

  @Test(arguments: [[0, 1, 2], [1, 0, 2], [0, 0], [0, 0, 1, 0], [0], [0, 0, 0, 1]] as [[UInt16]])
  func `Numbers that no trial has are noticed`(numbers: [UInt16]) {
    #expect(UserRanks(bytes: numbers.flatMap { [UInt8($0), 0] }).areDamaged)
  }

  @Test func `The mean over users is the mean over samples`() throws {
    let ranks = UserRanks([1, 2, 5, 100, 1, 100], users: [0, 0, 0, 1, 2, 2])
    for name in ["hit@2", "mrr@10", "ndcg@10", "precision@5"] {
      let metric = try #require(RankMetric(name))
      let values = metric.values(of: ranks)
      #expect(values.count == 3 && values[1] == 0)
      #expect(abs(values.mean - metric.values(of: UserRanks(ranks.ranks)).mean) < 1e-15)
    }
    // 2, 0 and 1 hits, in relation to two samples a user.
    #expect(try #require(RankMetric("hit@2")).values(of: ranks) == [1, 0, 0.5])
  }
}
