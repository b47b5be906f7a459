import Kernels
import Testing

@Suite struct NormTests {
  @Test(arguments: [0, 1, 15, 17, 4095, 4096, 4097, 10_000])
  func `The norm of a row equals its twin`(size: Int) {
    var stream = RandomStream(seed: 25)
    let x = Framed(rows: 1, columns: size, using: &stream)
    let expected = dot(x.plain[0], x.plain[0]).squareRoot()
    #expect(abs(norm(x.row) - expected) <= 1e-6 * expected)
  }

  @Test func `The norm of a row with NaN or ∞ is not finite`() {
    #expect(norm(Framed([1, .nan, 2]).row).isNaN)
    #expect(norm(Framed([1, -.infinity, 2]).row) == .infinity)
  }

  @Test(arguments: [0, 1, 15, 16, 17, 100])
  func `Scaling multiplies every element`(size: Int) {
    var stream = RandomStream(seed: 26)
    let x = Framed(rows: 1, columns: size, using: &stream)
    let expected = x.plain.mapElements { $2 * -2.5 }
    scale(x.row, by: -2.5)
    expect(x, near: expected, within: 1e-6)
  }
}
