import Kernels
import Testing

@Suite struct DropoutTests {
  @Test(arguments: [
    (1, 1), (3, 16), (5, 17), (2, 50), (9, 39), (7, 64), (1, 128), (16, 200), (130, 7),
  ])
  func `Every bit is its twin's, from whatever row on`(rows: Int, columns: Int) {
    for rate in [0.1, 0.5, 0.999_99] {
      let dropout = PlainDropout(rate: DropoutRate(rate))
      let ones = Framed(rows: rows, columns: columns) { _, _ in 1 }
      let expected = dropout.apply(to: ones.plain)
      for first in [0, 1, 6] {
        let mask = dropout.mask(rows: rows, columns: columns, from: first)
        let found = Framed(rows: first + rows, columns: columns) { _, _ in 1 }
        dropBackward(found.matrix, mask, dropout.rate, into: found.matrix, addingBiasTo: nil)
        #expect(Array(found.plain.dropFirst(first)) == expected)
      }
    }
  }

  @Test func `A sample drawn after another leaves its bits`() {
    let (first, second) = (
      PlainDropout(rate: DropoutRate(0.4), sample: 1), PlainDropout(rate: DropoutRate(0.4), sample: 2)
    )
    var mask = DropoutMask(rows: 8, columns: 20)
    for (start, dropout) in [(0, first), (3, second)] {
      mask.draw(
        rows: 3 + start / 3 * 2, from: start, rate: dropout.rate, dropout.philox, sample: dropout.sample,
        site: dropout.site,
        epoch: dropout.epoch)
    }
    let found = Framed(rows: 8, columns: 20) { _, _ in 1 }
    dropBackward(found.matrix, mask, first.rate, into: found.matrix, addingBiasTo: nil)
    let ones = Plain(repeating: [Double](repeating: 1, count: 20), count: 5)
    #expect(found.plain == first.apply(to: Array(ones.prefix(3))) + second.apply(to: ones))
  }

  @Test func `A mask takes another shape of as many words`() {
    let dropout = PlainDropout(rate: DropoutRate(0.4))
    var mask = DropoutMask(rows: 4, columns: 50)
    mask.reshape(columns: 20)
    #expect(mask.wordsPerRow == 2)
    mask.draw(rows: 8, from: 0, rate: dropout.rate, dropout.philox, sample: 3, site: 5, epoch: 7)
    let found = Framed(rows: 8, columns: 20) { _, _ in 1 }
    let expected = dropout.apply(to: found.plain)
    dropBackward(found.matrix, mask, dropout.rate, into: found.matrix, addingBiasTo: nil)
    #expect(found.plain == expected)
  }

  @Test(arguments: [0, 0.1, 0.2, 0.5, 0.9])
  func `The share of kept elements is within five deviations of the rate's`(rate: Double) {
    let dropout = PlainDropout(rate: DropoutRate(rate))
    let (rows, columns) = (400, 250)
    let mask = dropout.mask(rows: rows, columns: columns)
    let found = Framed(rows: rows, columns: columns) { _, _ in 1 }
    dropBackward(found.matrix, mask, dropout.rate, into: found.matrix, addingBiasTo: nil)
    let count = Double(rows * columns)
    let share = Double(found.plain.joined().count { $0 != 0 }) / count
    #expect(abs(share - (1 - rate)) <= 5 * (rate * (1 - rate) / count).squareRoot() + 0x1p-17)
    #expect(dropout.rate.isActive == (rate > 0))
    #expect(isNear(Double(dropout.rate.scale) * (1 - rate), 1, within: 1e-4))
  }

  @Test func `Another sample, site, epoch or key draws other bits`() {
    let rate = DropoutRate(0.5)
    let draws = [
      PlainDropout(rate: rate), PlainDropout(rate: rate, philox: Philox(key: 1)), PlainDropout(rate: rate, sample: 4),
      PlainDropout(rate: rate, site: 6), PlainDropout(rate: rate, epoch: 8),
    ].map { dropout in
      let found = Framed(rows: 4, columns: 64) { _, _ in 1 }
      let mask = dropout.mask(rows: 4, columns: 64)
      dropBackward(found.matrix, mask, rate, into: found.matrix, addingBiasTo: nil)
      return found.plain
    }
    #expect(Set(draws).count == draws.count)
  }

  @Test(arguments: [1, 15, 16, 17, 50], [0, 0.3])
  func `The backward pass drops, scales, and adds up the bias's gradient`(columns: Int, rate: Double) {
    var stream = RandomStream(seed: 7)
    let dropout = PlainDropout(rate: DropoutRate(rate))
    let mask = dropout.mask(rows: 6, columns: columns)
    let gradient = Framed(rows: 6, columns: columns, using: &stream)
    let bias = Framed(rows: 1, columns: columns, using: &stream)
    let before = gradient.plain
    let expected = dropout.apply(to: before)
    let expectedBias = expected.columnSums(from: bias.plain[0])
    let result = Framed(rows: 6, columns: columns) { _, _ in .nan }
    dropBackward(gradient.matrix, mask, dropout.rate, into: result.matrix, addingBiasTo: bias.row)
    expect(result, near: expected, within: 1e-6)
    expect(bias, near: [expectedBias], within: 1e-6)
    expect(gradient, near: before, within: 0)
    dropBackward(gradient.matrix, mask, dropout.rate, into: gradient.matrix, addingBiasTo: nil)
    expect(gradient, near: expected, within: 1e-6)
  }
}
