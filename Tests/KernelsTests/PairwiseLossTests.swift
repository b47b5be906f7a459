import Glibc
import Kernels
import Testing

@Suite struct PairwiseLossTests {
  @Test(arguments: [-1e4, -100, -40, -20, -5, -0.1, 0, 0.1, 3, 20, 40, 1e4])
  func `Loss and slope equal the twin's`(difference: Double) {
    for negative in [Float(0), 8] {
      // Eighths are exact, so that the two scores have the difference that the twin has.
      let positive = Float((difference * 8).rounded() / 8) + negative
      let exact = Double(positive) - Double(negative)
      let found = pairwiseLoss(positive: positive, negative: negative)
      #expect(isNear(Double(found.loss), plain(exact), within: 1e-6))
      let expected = slope(at: [[exact]], along: [[1]]) { plain($0[0][0]) }
      #expect(isNear(Double(found.slope), expected, within: 1e-6))
    }
  }

  @Test func `A score that is NaN makes the loss NaN`() {
    #expect(pairwiseLoss(positive: .nan, negative: 0).loss.isNaN)
    #expect(pairwiseLoss(positive: 0, negative: .nan).loss.isNaN)
  }

  @Test(arguments: [0, 1, 15, 16, 17, 50, 100])
  func `Inner products and scaled sums of rows equal the twin's`(count: Int) {
    var stream = RandomStream(seed: 20)
    let (x, y) = (Framed(rows: 1, columns: count, using: &stream), Framed(rows: 1, columns: count, using: &stream))
    #expect(isNear(Double(dot(x.row, y.row)), dot(x.plain[0], y.plain[0]), within: 2e-6))
    let expected = y.plain.plus(x.plain, times: -0.375)
    add(x.row, times: -0.375, to: y.row)
    expect(y, near: expected, within: 1e-6)
  }

  /// −log(10⁻¹⁴ + sigmoid(x)).
  private func plain(_ x: Double) -> Double {
    -log(1e-14 + (x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x))))
  }
}
