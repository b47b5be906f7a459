import Kernels
import Testing

@testable import Model

@Suite struct TopItemsTests {
  @Test(arguments: [2, 15, 16, 65, 129, 3400], [1, 3, 10, 64, 100, 4000])
  func `The best items of any number are those of a complete sort`(classes: Int, capacity: Int) {
    var stream = RandomStream(Philox(key: 7), UInt32(classes), UInt32(capacity), 0)
    // Few values, so that many scores are equal, among them scores that are not numbers.
    let values: [Float] = [-.infinity, .nan, -3, -0.5, 0, 0.25, 2]
    let buffers = (FloatBuffer(count: classes), FloatBuffer(count: classes))
    let scores = (0..<classes).map { _ in
      stream.next(below: 2) == 0 ? values[Int(stream.next(below: 7))] : Float(stream.nextUniform())
    }
    let bias = (0..<classes).map { _ in Float(stream.next(below: 3)) }
    for tile in [classes, 16, 50] {
      buffers.0.all.copy(from: scores)
      buffers.1.all.copy(from: bias)
      var best = TopItems(capacity: capacity)
      for first in stride(from: 0, to: classes, by: tile) {
        let count = min(tile, classes - first)
        best.add(
          buffers.0.row(at: first, count: count), bias: buffers.1.row(at: first, count: count), firstItem: first)
      }
      let sums = zip(scores, bias).map { $0 + $1 }
      #expect(best.entries.map { Int($0.item) } == plainTop(capacity, of: sums))
      #expect(best.entries.map(\.score) == plainTop(capacity, of: sums).map { sums[$0] })
    }
  }

  /// Sorts all items but padding that have a score.
  private func plainTop(_ count: Int, of scores: [Float]) -> [Int] {
    let items = (1..<scores.count).filter { !scores[$0].isNaN }
    return Array(items.sorted { scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1] }.prefix(count))
  }

  @Test func `Padding is never among them, whatever its score`() {
    let (scores, bias) = (FloatBuffer(count: 3), FloatBuffer(count: 3))
    scores.all.copy(from: [100, -.infinity, -.infinity])
    var best = TopItems(capacity: 5)
    best.add(scores.all, bias: bias.all, firstItem: 0)
    #expect(best.entries.map(\.item) == [1, 2])
  }
}
