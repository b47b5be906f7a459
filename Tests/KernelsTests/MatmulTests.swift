import Kernels
import Testing

@Suite struct MatmulTests {
  /// (m, k, n): every number of rows of a tile, one to three vectors of columns, whole and cut.
  static let shapes =
    [(1, 1, 1), (3, 5, 7), (16, 16, 16), (17, 33, 15), (5, 1, 39), (50, 64, 31), (29, 40, 70), (64, 300, 48)]
    + (6...13).map { ($0, 9, 32) }

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
