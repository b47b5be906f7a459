import Foundation
import Kernels

/// What stands between the products: activation, attention, dropout, norm, loss, optimizer.
///
/// Shapes as in `ProductBenchmarks`. Every kernel runs once without dropout or with bits that are known, and is compared
/// with a plain loop in 64 bits; it is timed at the default dropout rate of one half.
struct ElementBenchmarks {
  let rounds: Int
  let report: Report
  private let store = Store()
  private let positions = 624
  private let width = 64
  private let half = DropoutRate(0.5)
  private let philox = Philox(key: 7)

  init(rounds: Int, report: Report) {
    self.rounds = rounds
    self.report = report
  }

  func run() throws {
    try measureGELU()
    try measureAttention()
    try measureDropout()
    try measureNorm()
    try measureCrossEntropy()
    try measureAdam()
  }

  private func measure(_ name: String, _ elements: Int, _ element: String, _ body: () -> Void) {
    let timing = Timing(rounds: rounds, body)
    report.add(
      Measurement(group: "kernels", name: name, timing: timing, rates: Rate.perElement(timing, elements, element)))
  }

  // MARK: - Activation

  private func measureGELU() throws {
    let (x, bias, y) = (store.matrix(positions, 256, in: -4...4), store.row(256), store.matrix(positions, 256))
    let (input, plainBias) = (PlainMatrix(x), bias.values.map(Double.init))
    addBias(bias, thenApply: .gelu, to: x, into: y)
    func gelu(_ x: Double) -> Double { x * 0.5 * erfc(-x / 2.0.squareRoot()) }
    try check("gelu", y, equals: input.mapRows { _, row in zip(row, plainBias).map { gelu($0 + $1) } })
    let slope = input.mapRows { _, row in
      zip(row, plainBias).map { (gelu($0 + $1 + 1e-5) - gelu($0 + $1 - 1e-5)) / 2e-5 }
    }
    try check("gelu's slope", x, equals: slope)
    measure("bias, gelu and its slope 624×256", positions * 256, "an element") {
      addBias(bias, thenApply: .gelu, to: x, into: y)
    }
  }

  // MARK: - Attention

  /// One head of one history: softmax and dropout, and both products, too short to be told apart.
  private func measureAttention() throws {
    let (length, headWidth) = (39, 32)
    let (columns, scale) = (roundedToLanes(length), 1 / Float(headWidth).squareRoot())
    let (query, key, value) = (
      store.matrix(length, headWidth, room: 192), store.matrix(length, headWidth, room: 192),
      store.matrix(length, headWidth, room: 192)
    )
    let head = AttentionHead(
      query: query, key: key, value: value, scale: scale, probabilities: store.matrix(length, columns))
    let (scratch, transposed) = (store.matrix(length, columns), store.matrix(headWidth, columns))
    let (context, gradient) = (store.matrix(length, headWidth, room: 64), store.matrix(length, headWidth, room: 64))
    let gradients = (0..<3).map { _ in store.matrix(length, headWidth, room: 192) }
    var mask = DropoutMask(rows: length, columns: length)
    func forward(_ rate: DropoutRate) {
      head.forward(mask, firstRow: 0, rate, scratch: scratch, transposed: transposed, into: context)
    }
    func backward(_ rate: DropoutRate) {
      head.backward(
        contextGradient: gradient, rate, scratch: scratch, transposed: transposed, queryGradient: gradients[0],
        keyGradient: gradients[1], valueGradient: gradients[2])
    }

    let (q, k, v, dy) = (PlainMatrix(query), PlainMatrix(key), PlainMatrix(value), PlainMatrix(gradient))
    let probabilities = q.times(k.transposed).mapRows { _, row in softmax(row.map { $0 * Double(scale) }) }
    let slopes = dy.times(v.transposed)
    let scores = probabilities.mapRows { index, row in
      let own = (0..<length).map { slopes[index, $0] }
      let mean = zip(row, own).reduce(0) { $0 + $1.0 * $1.1 }
      return zip(row, own).map { $0 * ($1 - mean) * Double(scale) }
    }
    forward(.none)
    backward(.none)
    try check("attention", context, equals: probabilities.times(v))
    try check("attention's query gradient", gradients[0], equals: scores.times(k))
    try check("attention's key gradient", gradients[1], equals: scores.transposed.times(q))
    try check("attention's value gradient", gradients[2], equals: probabilities.transposed.times(dy))

    mask.draw(rows: length, from: 0, rate: half, philox, sample: 1, site: 2, epoch: 3)
    measure("attention head 39×39×32, forward", length * length, "a score") { forward(half) }
    measure("attention head 39×39×32, backward", length * length, "a score") { backward(half) }
  }

  private func softmax(_ x: [Double]) -> [Double] {
    let top = x.max() ?? 0
    let powers = x.map { exp($0 - top) }
    let total = powers.reduce(0, +)
    return powers.map { $0 / total }
  }

  // MARK: - Dropout and norm

  private func drawnMask() -> DropoutMask {
    var mask = DropoutMask(rows: positions, columns: width)
    mask.draw(rows: positions, from: 0, rate: half, philox, sample: 1, site: 2, epoch: 3)
    return mask
  }

  /// What the drawn bits multiply each element by.
  private var factors: PlainMatrix {
    let wordsPerRow = width / 16
    return PlainMatrix(rows: positions, columns: width).mapRows { index, row in
      row.indices.map { column in
        let word = index * wordsPerRow + column / 16
        let (a, b, c, d) = philox.words(UInt32(word / 8 * 16 + column % 16), 1, 2, 3)
        let bits = [a & 0xffff, a >> 16, b & 0xffff, b >> 16, c & 0xffff, c >> 16, d & 0xffff, d >> 16][word % 8]
        return bits >= half.threshold ? Double(half.scale) : 0
      }
    }
  }

  private func measureDropout() throws {
    var mask = drawnMask()
    let (ones, kept) = (store.matrix(positions, width, in: 1...1), store.matrix(positions, width))
    dropBackward(ones, mask, half, into: kept, addingBiasTo: nil)
    try check("dropout", kept, equals: factors, within: 0)
    measure("dropout bits 624×64", positions * width, "an element") {
      mask.draw(rows: positions, from: 0, rate: half, philox, sample: 1, site: 2, epoch: 3)
    }
  }

  private func measureNorm() throws {
    let (x, residual) = (store.matrix(positions, width), store.matrix(positions, width))
    let y = store.matrix(positions, width)
    let (bias, gain, shift) = (store.row(width), store.row(width, in: 0.5...1.5), store.row(width))
    let norm = LayerNorm(gain: gain, bias: shift, epsilon: 1e-12)
    let memory = LayerNormMemory(normalized: x, inverseDeviation: store.row(positions))
    let (gainGradient, biasGradient) = (store.row(width, in: 0...0), store.row(width, in: 0...0))
    let (input, skip, factors, mask) = (PlainMatrix(x), PlainMatrix(residual), factors, drawnMask())
    func forward() {
      addBias(bias, thenDrop: mask, half, thenAdd: residual, thenNormalize: norm, memory, into: y)
    }
    func backward(_ gradient: Matrix) {
      normalizeBackward(norm, memory, gradient: gradient, addingGainTo: gainGradient, biasTo: biasGradient)
    }

    var inverses: [Double] = []
    let normalized = input.mapRows { index, row in
      let sums = row.indices.map { (row[$0] + Double(bias[$0])) * factors[index, $0] + skip[index, $0] }
      let mean = sums.reduce(0, +) / Double(width)
      let variance = sums.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
      inverses.append(1 / variance.squareRoot())
      return sums.map { ($0 - mean) / variance.squareRoot() }
    }
    forward()
    let wanted = normalized.mapRows { _, row in row.indices.map { row[$0] * Double(gain[$0]) + Double(shift[$0]) } }
    try check("layer norm", y, equals: wanted)
    let gradient = store.matrix(positions, width)
    let slope = PlainMatrix(gradient).mapRows { index, row in
      let scaled = row.indices.map { row[$0] * Double(gain[$0]) }
      let own = (0..<width).map { normalized[index, $0] }
      let mean = scaled.reduce(0, +) / Double(width)
      let product = zip(scaled, own).reduce(0) { $0 + $1.0 * $1.1 } / Double(width)
      return zip(scaled, own).map { ($0 - mean - $1 * product) * inverses[index] }
    }
    backward(gradient)
    try check("layer norm's gradient", gradient, equals: slope)

    measure("bias, dropout, residual, norm 624×64", positions * width, "an element", forward)
    // Its own output is its next input: of one deviation and one gain it stays as large as it is.
    memory.inverseDeviation.fill(with: 1)
    gain.fill(with: 1)
    measure("norm, backward 624×64", positions * width, "an element") { backward(gradient) }
  }

  // MARK: - Loss and optimizer

  private func measureCrossEntropy() throws {
    let (logits, bias) = (store.matrix(1, 1683, in: -5...5), store.row(1683))
    let probabilities = PlainMatrix(logits).mapRows { _, row in
      softmax(row.indices.map { row[$0] + Double(bias[$0]) })
    }
    let loss = crossEntropy(logits[0], bias: bias, label: 11, weight: 1)
    let wanted = -log(probabilities[0, 11])
    guard (Double(loss) - wanted).magnitude < 1e-4 else {
      throw BenchmarkError("cross-entropy: found \(loss); expected \(wanted), as the plain loop has it")
    }
    let slope = probabilities.mapRows { _, row in row.indices.map { row[$0] - ($0 == 11 ? 1 : 0) } }
    try check("cross-entropy's gradient", logits, equals: slope)
    measure("softmax, loss and gradient of 1683 classes", 1683, "a class") {
      _ = crossEntropy(logits[0], bias: bias, label: 11, weight: 1)
    }
  }

  private func measureAdam() throws {
    // The parameters of the documented defaults on ML-100K.
    let count = 216_979
    let (p, g) = (store.matrix(1, count), store.row(count))
    let (first, second) = (store.row(count, in: 0...0), store.row(count, in: 0...0))
    let adam = Adam(learningRate: 0.001, weightDecay: 0, decouplesDecay: false)
    // After one step the corrected moments are g and g².
    let wanted = PlainMatrix(p).mapRows { _, row in
      row.indices.map { row[$0] - 0.001 * Double(g[$0]) / (Double(g[$0]).magnitude + 1e-8) }
    }
    adam.update(p[0], gradient: g, first: first, second: second, step: 1)
    try check("Adam", p, equals: wanted, within: 1e-6)
    var step = 1
    measure("Adam, \(count) parameters", count, "a parameter") {
      step += 1
      adam.update(p[0], gradient: g, first: first, second: second, step: step)
    }
  }
}
