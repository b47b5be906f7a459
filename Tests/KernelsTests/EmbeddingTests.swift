import Kernels
import Testing

@Suite struct EmbeddingTests {
  static let widths = [1, 15, 16, 17, 50]
  private let items: [Int32] = [4, 0, 4, 2, 4, 0]
  private let positions: [Int32] = [0, 1, 2, 2, 1, 0]

  @Test(arguments: widths)
  func `An embedding is the sum of an item's and a position's row`(width: Int) {
    var stream = RandomStream(seed: 21)
    let (table, places) = (
      Framed(rows: 5, columns: width, using: &stream), Framed(rows: 3, columns: width, using: &stream)
    )
    let y = Framed(rows: 6, columns: width) { _, _ in .nan }
    embed(items, in: table.matrix, positions: positions, in: places.matrix, into: y.matrix)
    let expected = zip(items, positions).map { item, position in
      zip(table.plain[Int(item)], places.plain[Int(position)]).map { $0 + $1 }
    }
    expect(y, near: expected, within: 1e-7)
  }

  @Test(arguments: widths)
  func `Gradients of an id that comes back add up`(width: Int) {
    var stream = RandomStream(seed: 22)
    let gradient = Framed(rows: 6, columns: width, using: &stream)
    let (table, places) = (
      Framed(rows: 5, columns: width, using: &stream), Framed(rows: 3, columns: width, using: &stream)
    )
    let expected = scattered(gradient.plain, to: items, of: table.plain)
    let expectedPlaces = scattered(gradient.plain, to: positions, of: places.plain)
    embedBackward(gradient.matrix, items: items, to: table.matrix, positions: positions, to: places.matrix)
    expect(table, near: expected, within: 1e-6)
    expect(places, near: expectedPlaces, within: 1e-6)
  }

  @Test(arguments: widths)
  func `Gathered rows are copies, and scattered rows add up`(width: Int) {
    var stream = RandomStream(seed: 23)
    let x = Framed(rows: 5, columns: width, using: &stream)
    let y = Framed(rows: 6, columns: width) { _, _ in .nan }
    gather(items, of: x.matrix, into: y.matrix)
    expect(y, near: items.map { x.plain[Int($0)] }, within: 0)
    let expected = scattered(y.plain, to: items, of: x.plain)
    scatterAdd(y.matrix, to: items, of: x.matrix)
    expect(x, near: expected, within: 1e-6)
  }

  private func scattered(_ x: Plain, to indices: [Int32], of y: Plain) -> Plain {
    var result = y
    for (index, target) in indices.enumerated() {
      result[Int(target)] = zip(result[Int(target)], x[index]).map { $0 + $1 }
    }
    return result
  }
}
