import Testing

@testable import Tuner

@Suite struct GreedySelectionTests {
  /// The value of a set is the number of points that its candidates cover.
  private static let covered: [Set<Int>] = [[1, 2], [3], [1, 2, 3], [4, 5], [5, 4], []]

  private static func select(_ size: Int) -> GreedySelection {
    GreedySelection(candidateCount: covered.count, size: size) { chosen, others in
      others.map { other in
        Double((chosen + [other]).reduce(into: Set<Int>()) { $0.formUnion(covered[$1]) }.count)
      }
    }
  }

  @Test func `Each step adds the candidate that raises the value most, and of equal ones the first`() {
    #expect(Self.select(1).steps == [.init(candidate: 2, value: 3)])
    #expect(Self.select(2).steps == [.init(candidate: 2, value: 3), .init(candidate: 3, value: 5)])
  }

  @Test func `What does not raise the value is left out at the end`() {
    #expect(Self.select(6).steps.map(\.candidate) == [2, 3])
    let none = GreedySelection(candidateCount: 3, size: 3) { _, others in others.map { _ in .nan } }
    #expect(none.steps.isEmpty)
  }

  @Test func `A step down counts if a later one leads higher`() {
    let values = [0.5, 0.4, 0.7, 0.7]
    let path = GreedySelection(candidateCount: 4, size: 4) { chosen, others in others.map { _ in values[chosen.count] }
    }
    #expect(path.steps.map(\.value) == [0.5, 0.4, 0.7])
    let short = GreedySelection(candidateCount: 4, size: 2) { chosen, others in others.map { _ in values[chosen.count] }
    }
    #expect(short.steps == [.init(candidate: 0, value: 0.5)])
  }

  @Test func `Where less is better, each step takes the least`() {
    let values = [0.5, 0.25, 0.75, 0.5]
    let path = GreedySelection(candidateCount: 4, size: 4, direction: .minimize) { chosen, others in
      others.map { values[chosen.count] + ($0 == 2 ? 0 : 0.125) }
    }
    #expect(path.steps.map(\.candidate) == [2, 0])
    #expect(path.steps.map(\.value) == [0.5, 0.375])
  }

  @Test func `Chosen candidates are not offered again, and all can be chosen`() {
    var offered: [[Int]] = []
    let all = GreedySelection(candidateCount: 3, size: 9) { chosen, others in
      offered.append(others)
      return others.map { Double(10 * chosen.count - $0) }
    }
    #expect(offered == [[0, 1, 2], [1, 2], [2]])
    #expect(all.steps.map(\.candidate) == [0, 1, 2])
    #expect(all.steps.map(\.value) == [0, 9, 18])
  }

  @Test func `It agrees with a plain twin on random values`() {
    var generator = SplitMix64(7, 7)
    for _ in 0..<50 {
      let table = (0..<64).map { _ in Double(generator.next() % 20) }
      // The value of a set of the candidates 0 to 5 is the table's entry at its bits.
      func value(_ set: [Int]) -> Double { table[set.reduce(0) { $0 | 1 << $1 }] }
      var expected: [Int] = []
      var reached: [Double] = []
      while expected.count < 4 {
        let others = (0..<6).filter { !expected.contains($0) }
        let values = others.map { value(expected + [$0]) }
        guard let most = values.max(), let index = values.firstIndex(of: most) else { break }
        reached.append(most)
        expected.append(others[index])
      }
      while reached.dropLast().contains(where: { $0 >= reached.last ?? 0 }) {
        reached.removeLast()
        expected.removeLast()
      }
      let selection = GreedySelection(candidateCount: 6, size: 4) { chosen, others in
        others.map { value(chosen + [$0]) }
      }
      #expect(selection.steps.map(\.candidate) == expected)
      #expect(selection.steps.map(\.value) == reached)
    }
  }
}
