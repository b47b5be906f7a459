import Glibc
import Kernels
import Testing

@Suite struct OptimizerTests {
  static let sizes = [1, 5, 16, 17, 100]
  static let decays = [0, 0.1]
  private let learningRate = 0.02

  @Test(arguments: sizes, decays)
  func `Adam with coupled decay equals its twin`(size: Int, decay: Double) {
    expectAdam(size: size, decay: decay, decoupled: false)
  }

  @Test(arguments: sizes, decays)
  func `AdamW equals its twin`(size: Int, decay: Double) {
    expectAdam(size: size, decay: decay, decoupled: true)
  }

  @Test(arguments: sizes, decays)
  func `Gradient descent equals its twin`(size: Int, decay: Double) {
    descend(size: size) { p, g, _, _, _ in
      stepSGD(p, gradient: g, learningRate: learningRate, weightDecay: decay)
    } plain: { p, g, _, _, _ in
      p -= learningRate * (g + decay * p)
    }
  }

  @Test(arguments: sizes, decays)
  func `Adagrad equals its twin`(size: Int, decay: Double) {
    descend(size: size) { p, g, _, squares, _ in
      stepAdagrad(p, gradient: g, squares: squares, learningRate: learningRate, weightDecay: decay)
    } plain: { p, g, _, s, _ in
      let g = g + decay * p
      s += g * g
      p -= learningRate * g / (s.squareRoot() + 1e-10)
    }
  }

  @Test(arguments: sizes, decays)
  func `RMSprop equals its twin`(size: Int, decay: Double) {
    descend(size: size) { p, g, _, squares, _ in
      stepRMSprop(p, gradient: g, squares: squares, learningRate: learningRate, weightDecay: decay)
    } plain: { p, g, _, s, _ in
      let g = g + decay * p
      s = 0.99 * s + 0.01 * g * g
      p -= learningRate * g / (s.squareRoot() + 1e-8)
    }
  }

  @Test(arguments: sizes, [0.9, 0.9999])
  func `An average of the parameters equals its twin, and is a mean when it is corrected`(size: Int, decay: Double) {
    var stream = RandomStream(seed: 31)
    let (average, corrected) = (Framed(rows: 1, columns: size), Framed(rows: 1, columns: size))
    var plain = [Double](repeating: 0, count: size)
    var values: [[Double]] = []
    for step in 1...7 {
      let x = Framed(rows: 1, columns: size, using: &stream)
      values.append(x.plain[0])
      stepAverage(of: x.row, decay: decay, into: average.row)
      for index in 0..<size { plain[index] = decay * plain[index] + (1 - decay) * values[step - 1][index] }
      expect(average, near: [plain], within: 1e-6)
      copy(average.row, times: Float(1 / (1 - power(decay, step))), into: corrected.row)
      let weights = (1...step).map { pow(decay, Double(step - $0)) }
      let mean = (0..<size).map { index in
        zip(weights, values).reduce(0) { $0 + $1.0 * $1.1[index] } / weights.reduce(0, +)
      }
      expect(corrected, near: [mean], within: 1e-3)
    }
  }

  private func expectAdam(size: Int, decay: Double, decoupled: Bool) {
    let adam = Adam(learningRate: learningRate, weightDecay: decay, decouplesDecay: decoupled)
    descend(size: size) { p, g, m, v, step in
      adam.update(p, gradient: g, first: m, second: v, step: step)
    } plain: { p, g, m, v, step in
      if decoupled { p *= 1 - learningRate * decay }
      let g = decoupled ? g : g + decay * p
      m = 0.9 * m + 0.1 * g
      v = 0.999 * v + 0.001 * g * g
      let (mean, square) = (m / (1 - pow(0.9, Double(step))), v / (1 - pow(0.999, Double(step))))
      p -= learningRate * mean / (square.squareRoot() + 1e-8)
    }
  }

  /// Takes seven steps with the kernel and with its twin, and expects the same parameters and moments after each.
  ///
  /// The first parameter never has a gradient, as an item's row that no batch contains.
  private func descend(
    size: Int, kernel: (_ p: Row, _ g: Row, _ first: Row, _ second: Row, _ step: Int) -> Void,
    plain: (_ p: inout Double, _ g: Double, _ first: inout Double, _ second: inout Double, _ step: Int) -> Void
  ) {
    var stream = RandomStream(seed: 27)
    let parameters = Framed(rows: 1, columns: size, using: &stream)
    let (first, second) = (Framed(rows: 1, columns: size), Framed(rows: 1, columns: size))
    var (p, m, v) = (parameters.plain[0], first.plain[0], second.plain[0])
    for step in 1...7 {
      let gradient = Framed(rows: 1, columns: size, using: &stream)
      gradient.row[0] = 0
      let g = gradient.plain[0]
      kernel(parameters.row, gradient.row, first.row, second.row, step)
      for index in 0..<size { plain(&p[index], g[index], &m[index], &v[index], step) }
      expect(parameters, near: [p], within: 2e-6)
      expect(first, near: [m], within: 1e-6)
      expect(second, near: [v], within: 1e-6)
      expect(gradient, near: [g], within: 0)
    }
  }
}
