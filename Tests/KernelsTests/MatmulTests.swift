import Kernels
import Testing

@Suite struct MatmulTests {
  init() { useOneThreadPerProduct() }

  @Test(
    arguments: [(1, 1, 1), (3, 5, 7), (16, 16, 16), (17, 33, 15), (5, 1, 39), (50, 64, 31)],
    [(Orientation.asIs, Orientation.asIs), (.asIs, .transposed), (.transposed, .asIs), (.transposed, .transposed)])
  func `A product of strided views equals its twin`(shape: (Int, Int, Int), read: (Orientation, Orientation)) {
    let (m, k, n) = shape
    var stream = RandomStream(seed: 1)
    let a = read.0 == .asIs ? (m, k) : (k, m)
    let b = read.1 == .asIs ? (k, n) : (n, k)
    let left = Framed(rows: a.0, columns: a.1, using: &stream)
    let right = Framed(rows: b.0, columns: b.1, using: &stream)
    let product = (read.0 == .asIs ? left.plain : left.plain.transposed)
      .times(read.1 == .asIs ? right.plain : right.plain.transposed)

    // What stands in the result does not count, not even a NaN.
    let c = Framed(rows: m, columns: n) { _, _ in .nan }
    matmul(left.matrix, read.0, right.matrix, read.1, into: c.matrix)
    expect(c, near: product, within: 1e-5)
    matmul(left.matrix, read.0, right.matrix, read.1, into: c.matrix, scale: -0.25)
    expect(c, near: product.mapElements { $2 * -0.25 }, within: 1e-5)
    matmul(left.matrix, read.0, right.matrix, read.1, into: c.matrix, adding: true, scale: 1.5)
    expect(c, near: product.mapElements { $2 * 1.25 }, within: 1e-5)
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
