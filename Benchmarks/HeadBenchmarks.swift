import Kernels
import Model

/// The head against all items: loss and gradients of so many targets, for small and large catalogues.
///
/// `ItemHeadTests` hold it to plain loops, whose 64-bit gradients of 50,000 items would take longer than all that is timed here.
struct HeadBenchmarks {
  let rounds: Int
  let peak: Peak
  let report: Report
  private let store = Store()

  init(rounds: Int, peak: Peak, report: Report) {
    self.rounds = rounds
    self.peak = peak
    self.report = report
  }

  func run() {
    for (targets, classes) in [(32, 1683), (32, 4096), (112, 50_000), (256, 50_000)] {
      measure(targets, classes)
    }
  }

  private func measure(_ targets: Int, _ classes: Int) {
    let hidden = 64
    let weights = store.matrix(classes, hidden, in: -0.1...0.1)
    let head = ItemHead(classes: classes, hiddenSize: hidden)
    var transposed: Matrix?
    if head.takesAllItemsAtOnce {
      let matrix = store.matrix(hidden, classes, room: roundedToLanes(classes) + 16)
      transpose(weights, into: matrix)
      transposed = matrix
    }
    let (outputs, gradient) = (store.matrix(targets, hidden), store.matrix(targets, hidden))
    let items = ItemHead.Items(
      weights: weights, transposed: transposed.map { RightOperand($0) }, bias: store.row(classes))
    let gradients = ItemHead.Gradients(weights: store.matrix(classes, hidden), bias: store.row(classes))
    let labels = (0..<targets).map { Int32(1 + $0 * 31 % (classes - 1)) }
    let timing = Timing(rounds: rounds) {
      _ = head.crossEntropy(outputs, labels: labels, items, weight: 1, into: gradient, addingTo: gradients)
    }
    // Logits and both gradients.
    let operations = 3 * 2 * Double(targets) * Double(hidden) * Double(classes)
    report.add(
      Measurement(
        group: "head", name: "loss and gradients, \(targets) targets, \(classes) items", timing: timing,
        rates: peak.rates(operations: operations, timing: timing)))
  }
}
