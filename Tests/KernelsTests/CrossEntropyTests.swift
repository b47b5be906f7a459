import Glibc
import Kernels
import Testing

@Suite struct CrossEntropyTests {
  @Test(arguments: [1, 2, 5, 15, 16, 17, 33, 100, 1683])
  func `Loss and gradient equal the twin's`(classes: Int) {
    var stream = RandomStream(seed: 18)
    for label in Set([0, classes / 2, classes - 1]) {
      let logits = Framed(rows: 1, columns: classes, in: -6...6, using: &stream)
      let bias = Framed(rows: 1, columns: classes, using: &stream)
      let sums = logits.plain.plus(bias.plain)[0]
      let loss = crossEntropy(logits.row, bias: bias.row, label: label, weight: 0.125)
      #expect(isNear(Double(loss), plainLoss(sums, label: label), within: 1e-6))
      expect(logits, near: [plainGradient(sums, label: label, weight: 0.125)], within: 1e-6)
      #expect(bias.isFrameIntact)
    }
  }

  @Test func `The gradient is that of the loss, by central differences`() {
    var stream = RandomStream(seed: 19)
    let logits = Framed(rows: 1, columns: 39, in: -3...3, using: &stream)
    let (x, direction) = (logits.plain, Framed(rows: 1, columns: 39, using: &stream).plain)
    _ = crossEntropy(logits.row, bias: Framed(rows: 1, columns: 39).row, label: 20, weight: 1)
    let expected = slope(at: x, along: direction) { plainLoss($0[0], label: 20) }
    #expect(isNear(logits.plain.inner(direction), expected, within: 1e-6))
  }

  @Test(arguments: [0, 5, 16, 20])
  func `Logits of ±10⁴ neither overflow nor vanish`(high: Int) {
    for label in [0, 5, 16, 20] {
      let logits = Framed((0..<21).map { $0 == high ? 1e4 : -1e4 })
      let sums = logits.plain[0]
      let loss = crossEntropy(logits.row, bias: Framed(rows: 1, columns: 21).row, label: label, weight: 2)
      #expect(loss == (label == high ? 0 : 2e4))
      expect(logits, near: [plainGradient(sums, label: label, weight: 2)], within: 1e-6)
    }
  }

  @Test func `Bias can be what makes a class likely`() {
    let (logits, bias) = (Framed([0, 0, 0]), Framed([0, 50, 0]))
    #expect(crossEntropy(logits.row, bias: bias.row, label: 1, weight: 1) < 1e-6)
  }

  @Test(arguments: [1, 16, 17, 40])
  func `A NaN anywhere makes the loss NaN`(classes: Int) {
    for position in 0..<classes {
      let (zeros, poisoned) = ([Float](repeating: 0, count: classes), Framed(rows: 1, columns: classes))
      poisoned.row[position] = .nan
      #expect(crossEntropy(Framed(zeros).row, bias: poisoned.row, label: 0, weight: 1).isNaN)
      #expect(crossEntropy(poisoned.row, bias: Framed(zeros).row, label: 0, weight: 1).isNaN)
    }
  }

  @Test func `A logit of −∞ takes no share`() {
    let zeros = Framed([Float](repeating: 0, count: 18))
    let logits = Framed((0..<18).map { $0 == 17 ? -.infinity : 0 })
    #expect(isNear(Double(crossEntropy(logits.row, bias: zeros.row, label: 3, weight: 1)), log(17), within: 1e-6))
    expect(logits, near: [(0..<18).map { $0 == 17 ? 0 : 1.0 / 17 - ($0 == 3 ? 1 : 0) }], within: 1e-6)
    logits.row.copy(from: (0..<18).map { $0 == 17 ? -.infinity : 0 })
    #expect(crossEntropy(logits.row, bias: zeros.row, label: 17, weight: 1) == .infinity)
    logits.row.fill(with: -.infinity)
    #expect(crossEntropy(logits.row, bias: zeros.row, label: 3, weight: 1).isNaN)
    logits.row[4] = .infinity
    #expect(crossEntropy(logits.row, bias: zeros.row, label: 4, weight: 1).isNaN)
  }

  @Test(arguments: [(17, 16), (100, 16), (100, 7), (1683, 256)])
  func `Loss and gradient of a row that comes in pieces equal the twin's`(classes: Int, piece: Int) {
    var stream = RandomStream(seed: 21)
    let logits = Framed(rows: 1, columns: classes, in: -30...6, using: &stream)
    let bias = Framed(rows: 1, columns: classes, using: &stream)
    let (sums, start) = (logits.plain.plus(bias.plain)[0], logits.row.values)
    func forEachPiece(_ body: (Row, Row) -> Void) {
      for first in stride(from: 0, to: classes, by: piece) {
        let count = min(piece, classes - first)
        body(logits.row.slice(at: first, count: count), bias.row.slice(at: first, count: count))
      }
    }
    var sum = LogSumExp()
    forEachPiece { sum.add($0, bias: $1) }
    let label = classes / 2
    #expect(isNear(Double(sum.value(minus: Float(sums[label]))), plainLoss(sums, label: label), within: 1e-6))
    logits.row.copy(from: start)
    forEachPiece { softmax($0, bias: $1, sum, weight: 0.125) }
    logits.row[label] -= 0.125
    expect(logits, near: [plainGradient(sums, label: label, weight: 0.125)], within: 1e-6)
    #expect(bias.isFrameIntact)
  }

  @Test func `Pieces of −∞ take no share, and a NaN in any piece stays one`() {
    let (zeros, nothing) = (Framed([0, 0, 0]), Framed([-Float.infinity, -.infinity, -.infinity]))
    func sum(_ pieces: [[Float]]) -> LogSumExp {
      var sum = LogSumExp()
      for piece in pieces { sum.add(Framed(piece).row, bias: zeros.row) }
      return sum
    }
    let some: [Float] = [-300, -300, -300]
    for pieces in [[nothing.row.values, some], [some, nothing.row.values]] {
      #expect(isNear(Double(sum(pieces).value(minus: -300)), log(3), within: 1e-6))
    }
    #expect(sum([nothing.row.values]).value(minus: -.infinity).isNaN)
    let poisoned: [[[Float]]] = [
      [nothing.row.values, [0, .nan, 0]], [[-.infinity, .nan, -.infinity], some], [some, [.infinity, 0, 0]],
    ]
    for pieces in poisoned {
      #expect(sum(pieces).value(minus: 0).isNaN)
    }
  }

  private func plainLoss(_ logits: [Double], label: Int) -> Double {
    let top = logits.reduce(-.infinity, max)
    return log(logits.reduce(0) { $0 + exp($1 - top) }) + top - logits[label]
  }

  private func plainGradient(_ logits: [Double], label: Int, weight: Double) -> [Double] {
    let top = logits.reduce(-.infinity, max)
    let total = logits.reduce(0) { $0 + exp($1 - top) }
    return logits.enumerated().map { weight * (exp($1 - top) / total - ($0 == label ? 1 : 0)) }
  }
}
