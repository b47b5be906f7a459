import Literals
import Testing

@testable import Tuner

@Suite struct RandomSamplerTests {
  @Test(arguments: [1, 2, 3, 4, 5, 7, 16, 17, 80, 1000, 65_537])
  func `A permutation has every number once`(count: Int) {
    for seed: UInt64 in [0, 1, .max] {
      let order = KeyedPermutation(count: count, seed: seed)
      #expect(Set((0..<count).map { order[$0] }) == Set(0..<count))
    }
  }

  @Test func `A permutation of 2⁶² numbers stays among them`() {
    let order = KeyedPermutation(count: 1 << 62, seed: 3)
    let numbers = (0..<100).map { order[$0] }
    #expect(Set(numbers).count == 100 && numbers.allSatisfy { $0 < 1 << 62 })
  }

  @Test(arguments: [3, 4])
  func `Over seeds, all orders of a few numbers are equally frequent`(count: Int) {
    var counts: [[Int]: Int] = [:]
    for seed in 0..<12_000 {
      let order = KeyedPermutation(count: count, seed: UInt64(seed))
      counts[(0..<count).map { order[$0] }, default: 0] += 1
    }
    let orders = count == 3 ? 6 : 24
    #expect(counts.count == orders)
    // The 0.999 quantiles of χ² with 5 and 23 degrees of freedom.
    #expect(chiSquare(Array(counts.values), expected: 12_000 / Double(orders)) < (count == 3 ? 20.5 : 49.7))
  }

  @Test func `Over seeds, every number is equally frequent at every position`() {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: 80), count: 80)
    for seed in 0..<8000 {
      let order = KeyedPermutation(count: 80, seed: UInt64(seed))
      for position in 0..<80 { counts[position][order[position]] += 1 }
    }
    // 79 degrees of freedom: the mean is 79; one position in 100,000 is beyond 142.
    for row in counts { #expect(chiSquare(row, expected: 100) < 142) }
    #expect(chiSquare(counts.flatMap { $0 }, expected: 100) / 80 < 85)
  }

  @Test func `The order of a seed stays what it was`() {
    let order = KeyedPermutation(count: 10, seed: 2020)
    #expect((0..<10).map { order[$0] } == [0, 1, 8, 3, 9, 7, 5, 2, 6, 4])
    let large = KeyedPermutation(count: 100_000, seed: 7)
    #expect((0..<5).map { large[$0] } == [48678, 49744, 3635, 8983, 93525])
  }

  @Test func `The draws of a finite space are its cells, each once, and another seed's are in another order`() throws {
    let space = try SearchSpace(parsing: "a choice [1,2,3]\nb quniform 0.1,0.4,0.1\nc choice ['x','y']", file: "f")
    let orders = (0..<5).map { seed in
      let sampler = RandomSampler(space, seed: seed)
      #expect(sampler.count == 24)
      return (0..<24).map { sampler.draw($0).canonical }
    }
    #expect(orders.allSatisfy { Set($0).count == 24 })
    #expect(Set(orders).count == 5)
    #expect(RandomSampler(space, seed: 1).draw(3) == RandomSampler(space, seed: 1).draw(3))
    #expect(RandomSampler(space, seed: 1).draw(0).names == ["a", "b", "c"])
  }

  @Test func `The shuffled grid is the random sampler's order of the grid`() throws {
    let space = try SearchSpace(parsing: "a choice [1,2,3]\nb choice ['x','y']", file: "f")
    let sampler = RandomSampler(space, seed: -5)
    let shuffled = try space.shuffledGrid(seed: -5)
    #expect(shuffled == (0..<6).map(sampler.draw))
    #expect(Set(shuffled) == Set(try space.grid()))
    let continuous = try SearchSpace(parsing: "a uniform 0,1", file: "f")
    #expect(throws: SearchSpaceError.self) { try continuous.shuffledGrid(seed: 1) }
  }

  @Test func `With a continuous parameter there is no limit, and each draw stays what it was`() throws {
    let space = try SearchSpace(
      parsing: "a uniform 0,1\nc choice ['x','y']\nd quniform 8,64,8", file: "f")
    let sampler = RandomSampler(space, seed: 2020)
    #expect(sampler.count == nil)
    #expect(sampler.draw(0).description == "a:0.01066832847817123, c:x, d:48")
    #expect(sampler.draw(1_000_000).description == "a:0.6127320588999069, c:x, d:24")
  }

  @Test func `A parameter's draws depend on its name alone, not on its neighbors`() throws {
    let alone = RandomSampler(try SearchSpace(parsing: "a uniform 0,1", file: "f"), seed: 1)
    let together = RandomSampler(try SearchSpace(parsing: "b uniform 0,1\na uniform 0,1", file: "f"), seed: 1)
    for number in 0..<10 {
      #expect(alone.draw(number)["a"] == together.draw(number)["a"])
      #expect(together.draw(number)["a"] != together.draw(number)["b"])
    }
  }

  @Test func `Independent draws are even`() throws {
    let space = try SearchSpace(parsing: "a uniform 0,1\nc choice [0,1,2,3,4]", file: "f")
    let sampler = RandomSampler(space, seed: 4)
    var counts = [Int](repeating: 0, count: 25)
    for number in 0..<10_000 {
      let point = sampler.draw(number)
      guard let a = point["a"]?.double, let c = point["c"]?.double else { continue }
      counts[Int(a * 5) * 5 + Int(c)] += 1
    }
    // The 0.999 quantile of χ² with 24 degrees of freedom.
    #expect(chiSquare(counts, expected: 400) < 51.2)
  }

  @Test func `More cells than an integer counts are drawn independently`() throws {
    let lines = (0..<8).map { "p\($0) quniform 0,1000000,1" }.joined(separator: "\n")
    let sampler = RandomSampler(try SearchSpace(parsing: lines, file: "f"), seed: 1)
    #expect(sampler.count == nil)
    #expect(sampler.draw(0) != sampler.draw(1))
  }

  @Test func `Possible draws are the possible ones of all draws, in their order, and looking for them ends`() throws {
    for text in ["a choice [1,2,3]\nb quniform 1,10,1", "a choice [1,2,3]\nb uniform 1,10"] {
      let sampler = RandomSampler(try SearchSpace(parsing: text, file: "f"), seed: 3)
      let all = (0..<(sampler.count ?? 60)).map(sampler.draw)
      let possible = sampler.draws(12) { $0["a"] != .integer(2) }
      #expect(possible == Array(all.filter { $0["a"] != .integer(2) }.prefix(12)) && possible.count == 12)
      #expect(sampler.draws(5) { _ in true } == Array(all.prefix(5)))
      var asked = 0
      let none = sampler.draws(5) { _ in
        asked += 1
        return false
      }
      #expect(none.isEmpty && asked == sampler.count ?? RandomSampler.patience)
    }
  }

  private func chiSquare(_ counts: [Int], expected: Double) -> Double {
    counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
  }
}
