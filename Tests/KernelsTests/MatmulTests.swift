import Kernels
import Testing

@Suite struct MatmulTests {
  /// (m, k, n): every number of rows of a tile, one to four vectors of columns, whole and cut.
  static let shapes =
    [(1, 1, 1), (3, 5, 7), (16, 16, 16), (17, 33, 15), (5, 1, 39), (50, 64, 31), (29, 40, 70), (64, 300, 48)]
    + (5...13).flatMap { [($0, 9, 32), ($0, 9, 64)] }

  @Test(arguments: shapes, [Orientation.asIs, .transposed])
  func `A product of strided views equals its twin`(shape: (Int, Int, Int), orientation: Orientation) {
    let (m, k, n) = shape
    var stream = RandomStream(seed: 1)
    let a = orientation == .asIs ? (m, k) : (k, m)
    let left = Framed(rows: a.0, columns: a.1, using: &stream)
    let right = Framed(rows: k, columns: n, using: &stream)
    let product = (orientation == .asIs ? left.plain : left.plain.transposed).times(right.plain)

    // What stands in the result does not count, not even a NaN.
    let c = Framed(rows: m, columns: n) { _, _ in .nan }
    matmul(left.matrix, orientation, right.matrix, into: c.matrix)
    expect(c, near: product, within: 1e-5)
    matmul(left.matrix, orientation, right.matrix, into: c.matrix, scale: -0.25)
    expect(c, near: product.mapElements { $2 * -0.25 }, within: 1e-5)
    matmul(left.matrix, orientation, right.matrix, into: c.matrix, adding: true)
    expect(c, near: product.mapElements { $2 * 0.75 }, within: 1e-5)
  }

  @Test(arguments: shapes, [Orientation.asIs, .transposed])
  func `Each element's bits are those of one chain of multiply-adds`(
    shape: (Int, Int, Int), orientation: Orientation
  ) {
    let (m, k, n) = shape
    var stream = RandomStream(seed: 4)
    let a = orientation == .asIs ? (m, k) : (k, m)
    let left = Framed(rows: a.0, columns: a.1, using: &stream)
    let right = Framed(rows: k, columns: n, using: &stream)
    let c = Framed(rows: m, columns: n, using: &stream)
    let start = (0..<m).map { row in (0..<n).map { c.matrix[row, $0] } }
    matmul(left.matrix, orientation, right.matrix, into: c.matrix, adding: true)
    for row in 0..<m {
      for column in 0..<n {
        let chain = (0..<k).reduce(start[row][column]) { sum, step in
          let factor = orientation == .asIs ? left.matrix[row, step] : left.matrix[step, row]
          return sum.addingProduct(factor, right.matrix[step, column])
        }
        #expect(c.matrix[row, column] == chain)
      }
    }
  }

  /// Columns of c around the edges of its tiles and strips.
  static let columnCounts =
    [1, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65, 80, 81, 95, 96, 97, 112, 113, 127, 129, 150, 177, 193, 200]

  @Test(arguments: [1, 2, 4, 7, 64, 128, 129, 300], [Orientation.asIs, .transposed])
  func `The first rows and columns of a product have its bits, and nothing else is written`(
    k: Int, orientation: Orientation
  ) {
    let (rows, columns) = (40, 200)
    var stream = RandomStream(seed: 6)
    let left = Framed(
      rows: orientation == .asIs ? rows : k, columns: orientation == .asIs ? k : rows, using: &stream
    ).matrix
    let right = Framed(rows: k, columns: columns, using: &stream).matrix
    let start = Framed(rows: rows, columns: columns, using: &stream).matrix
    let factors = (0..<rows).map { row in
      (0..<k).map { orientation == .asIs ? left[row, $0] : left[$0, row] }
    }
    let c = Framed(rows: rows, columns: columns)
    for adding in [false, true] {
      let scale: Float = adding ? 1 : 0.3
      let whole = (0..<rows).map { row in
        let begin = adding ? start[row].values : [Float](repeating: 0, count: columns)
        return chains(factors[row], right, from: begin).map { $0 * scale }
      }
      for m in 1...rows {
        for n in Self.columnCounts {
          c.matrix.copy(from: start)
          let first =
            orientation == .asIs ? left.rows(from: 0, count: m) : left.columns(from: 0, count: m)
          matmul(
            first, orientation, right.columns(from: 0, count: n),
            into: c.matrix.rows(from: 0, count: m).columns(from: 0, count: n), adding: adding, scale: scale)
          let isEqual = (0..<rows).allSatisfy { row in
            let old = start[row].values
            return c.matrix[row].values == (row < m ? Array(whole[row][..<n] + old[n...]) : old)
          }
          #expect(isEqual, "\(m) × \(k) × \(n), adding: \(adding)")
        }
      }
    }
    #expect(c.isFrameIntact)
  }

  /// A row of a product: for each column of `right`, one chain of multiply-adds in the order of its rows.
  private func chains(_ factors: [Float], _ right: Matrix, from start: [Float]) -> [Float] {
    factors.enumerated().reduce(into: start) { sums, factor in
      let values = right[factor.offset].values
      for column in sums.indices { sums[column].addProduct(factor.element, values[column]) }
    }
  }

  @Test(arguments: [(1, 1), (16, 16), (15, 17), (33, 5), (40, 48)])
  func `A transposed matrix has rows for columns`(rows: Int, columns: Int) {
    var stream = RandomStream(seed: 5)
    let x = Framed(rows: rows, columns: columns, using: &stream)
    let y = Framed(rows: columns, columns: rows) { _, _ in .nan }
    transpose(x.matrix, into: y.matrix)
    expect(y, near: x.plain.transposed, within: 0)
  }

  @Test func `The short form is the plain product`() {
    var stream = RandomStream(seed: 2)
    let (a, b) = (Framed(rows: 4, columns: 9, using: &stream), Framed(rows: 9, columns: 3, using: &stream))
    let c = Framed(rows: 4, columns: 3) { _, _ in 2 }
    let product = a.plain.times(b.plain)
    matmul(a.matrix, b.matrix, into: c.matrix, adding: true)
    expect(c, near: product.mapElements { $2 + 2 }, within: 1e-5)
    matmul(a.matrix, b.matrix, into: c.matrix)
    expect(c, near: product, within: 1e-5)
  }

  @Test func `A product over nothing is zero, or adds nothing`() {
    let (a, b) = (Framed(rows: 3, columns: 0), Framed(rows: 0, columns: 2))
    let c = Framed(rows: 3, columns: 2) { _, _ in 5 }
    matmul(a.matrix, b.matrix, into: c.matrix, adding: true)
    expect(c, near: Plain(repeating: [5, 5], count: 3), within: 0)
    matmul(a.matrix, b.matrix, into: c.matrix)
    expect(c, near: Plain(repeating: [0, 0], count: 3), within: 0)
  }

  @Test func `A product of no rows or no columns writes nothing`() {
    var stream = RandomStream(seed: 3)
    let square = Framed(rows: 4, columns: 4, using: &stream)
    let (flat, thin) = (Framed(rows: 0, columns: 4), Framed(rows: 4, columns: 0))
    matmul(Framed(rows: 0, columns: 4).matrix, square.matrix, into: flat.matrix)
    matmul(square.matrix, Framed(rows: 4, columns: 0).matrix, into: thin.matrix)
    #expect(flat.isFrameIntact && thin.isFrameIntact)
  }
}
