import Kernels
import Testing

@Suite struct RankingTests {
  @Test(arguments: [2, 15, 16, 17, 33, 1683])
  func `Ranks of scores with ties equal the twin's for every target`(classes: Int) {
    var stream = RandomStream(seed: 28)
    // A few values, so that most targets tie, among them −∞; padding has the best.
    let values: [Float] = [-.infinity, -2, -0.5, 0, 1.5]
    let scores = Framed((0..<classes).map { $0 == 0 ? 9 : values[Int(stream.next(below: 5))] })
    let bias = Framed((0..<classes).map { _ in Float(stream.next(below: 3)) })
    let sums = zip(scores.row.values, bias.row.values).map { $0 + $1 }
    for target in 1..<classes {
      #expect(rank(of: target, in: scores.row, bias: bias.row) == plainRank(of: target, in: sums))
      #expect(rank(of: target, in: scores.row, bias: bias.row, tile: 16) == plainRank(of: target, in: sums))
    }
    #expect(scores.isFrameIntact && bias.isFrameIntact)
  }

  @Test func `Of equal scores the lower id ranks first`() {
    for target in 1..<40 { #expect(unbiasedRank(of: target, in: [Float](repeating: 0.5, count: 40)) == target) }
  }

  @Test func `Padding never competes`() {
    #expect(unbiasedRank(of: 2, in: [100, 1, 2, 3]) == 2)
    #expect(unbiasedRank(of: 1, in: [.infinity, 1]) == 1)
    #expect(unbiasedRank(of: 1, in: [.nan, 1, 0]) == 1)
  }

  @Test func `Scores of −∞ rank among themselves by id, below all others`() {
    let scores: [Float] = [5, -.infinity, 0, -.infinity, -.infinity]
    #expect((1..<5).map { unbiasedRank(of: $0, in: scores) } == [2, 1, 3, 4])
  }

  @Test(arguments: [2, 16, 17, 33])
  func `A target that is NaN ranks last, and another's NaN does not beat it`(classes: Int) {
    for target in 1..<classes {
      var scores = [Float](repeating: 1, count: classes)
      scores[target] = .nan
      #expect(unbiasedRank(of: target, in: scores) == classes - 1)
    }
    var scores = [Float](repeating: .nan, count: classes)
    scores[classes - 1] = 1
    #expect(unbiasedRank(of: classes - 1, in: scores) == 1)
  }

  /// The rank from the kernel's counts over pieces of the row.
  private func rank(of target: Int, in scores: Row, bias: Row, tile: Int = .max) -> Int {
    let own = scores[target] + bias[target]
    guard !own.isNaN else { return scores.count - 1 }
    return stride(from: 0, to: scores.count, by: min(tile, scores.count)).reduce(1) { rank, first in
      let count = min(tile, scores.count - first)
      return rank
        + countAbove(
          target, score: own, in: scores.slice(at: first, count: count), bias: bias.slice(at: first, count: count),
          firstItem: first)
    }
  }

  /// The kernel's rank, without a bias.
  private func unbiasedRank(of target: Int, in scores: [Float]) -> Int {
    rank(of: target, in: Framed(scores).row, bias: Framed(scores.map { _ in 0 }).row)
  }

  /// One above the number of items that are better, or as good and of lower id.
  private func plainRank(of target: Int, in scores: [Float]) -> Int {
    1 + (1..<scores.count).count { scores[$0] > scores[target] || scores[$0] == scores[target] && $0 < target }
  }
}
