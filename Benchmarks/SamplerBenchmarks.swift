import Foundation
import Literals
import Tuner

/// How far the samplers get on functions whose minimum is known, for `scripts/compare-optuna`.
///
/// Prints one line of JSON for each function and sampler: the lowest loss of each seed, and the loss of one point, by
/// which the script tells that its functions are the same.
struct SamplerBenchmarks {
  private let evaluationCount = 80
  private let seedCount = 100

  func run() throws {
    for function in TestFunction.all {
      let space = try SearchSpace(parsing: function.space, file: function.name)
      let point = RandomSampler(space, seed: 0).draw(0)
      func write(_ sampler: String, _ bests: [Double]) {
        print(
          JSON.object([
            ("function", JSON.string(function.name)), ("sampler", JSON.string(sampler)),
            ("evaluations", "\(evaluationCount)"), ("point", point.json),
            ("loss", JSON.number(function.loss(Values(point)))),
            ("best", "[" + bests.map(JSON.number).joined(separator: ",") + "]"),
          ]))
      }
      let seeds = 0..<seedCount
      write(
        "TPE",
        seeds.map { seed in
          let sampler = TPESampler(space, seed: seed)
          return best(function) { sampler.propose(number: $0, history: $1) }
        })
      write(
        "random",
        seeds.map { seed in
          let sampler = RandomSampler(space, seed: seed)
          return best(function) { number, _ in sampler.draw(number) }
        })
    }
  }

  private func best(_ function: TestFunction, propose: (Int, [Evaluation]) -> Hyperparameters?) -> Double {
    var history: [Evaluation] = []
    var best = Double.infinity
    for number in 0..<evaluationCount {
      guard let point = propose(number, history) else { break }
      let loss = function.loss(Values(point))
      best = min(best, loss)
      history.append(Evaluation(number: number, hyperparameters: point, outcome: .loss(loss)))
    }
    return best
  }
}

/// A function to minimize over a search space.
private struct TestFunction: Sendable {
  let name: String
  let space: String
  let loss: @Sendable (Values) -> Double

  /// Three to compare by, and three more to see that nothing was tuned to the first.
  static let all = [branin, hartmann, mixed, rosenbrock, ackley, grid]

  /// Source: Surjanovic and Bingham, *Virtual Library of Simulation Experiments*, as all but `mixed` and `grid`.
  private static let branin = TestFunction(name: "branin", space: "x uniform -5,10\ny uniform 0,15") {
    let (x, y) = ($0["x"], $0["y"])
    let bend = y - 5.1 / (4 * .pi * .pi) * x * x + 5 / .pi * x - 6
    return bend * bend + 10 * (1 - 1 / (8 * .pi)) * cos(x) + 10
  }

  private static let hartmann = TestFunction(name: "hartmann", space: axes(6, "0,1")) { values in
    let slopes = [
      [10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14],
    ]
    let centers = [
      [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886], [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
      [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650], [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ]
    let x = values.axes(6)
    return [1, 1.2, 3, 3.2].indices.reduce(0) { sum, row in
      let distance = x.indices.reduce(0) {
        $0 + slopes[row][$1] * (x[$1] - centers[row][$1]) * (x[$1] - centers[row][$1])
      }
      return sum - [1, 1.2, 3, 3.2][row] * exp(-distance)
    }
  }

  /// Each activation has its own offset, best rate and best width.
  private static let mixed = TestFunction(
    name: "mixed",
    space: """
      act choice ['gelu', 'relu', 'swish', 'tanh']
      width quniform 8,128,8
      rate loguniform -12,-2
      dropout uniform 0,0.8
      layers choice [1, 2, 3, 4]
      """
  ) {
    let best: [String: (offset: Double, rate: Double, width: Double)] = [
      "gelu": (0, -6.5, 64), "relu": (0.3, -8, 32), "swish": (0.15, -5, 96), "tanh": (0.6, -7, 48),
    ]
    guard let best = best[$0.text("act")] else { return .nan }
    let (rate, width) = ((log($0["rate"]) - best.rate) / 2, ($0["width"] - best.width) / 40)
    let dropout = $0["dropout"] - 0.3
    return best.offset + rate * rate + width * width + 4 * dropout * dropout + 0.2 * abs($0["layers"] - 2)
  }

  private static let rosenbrock = TestFunction(name: "rosenbrock", space: axes(4, "-2,2")) { values in
    let x = values.axes(4)
    return (0..<3).reduce(0) { sum, i in
      let (valley, distance) = (x[i + 1] - x[i] * x[i], 1 - x[i])
      return sum + 100 * valley * valley + distance * distance
    }
  }

  private static let ackley = TestFunction(name: "ackley", space: axes(5, "-15,30")) { values in
    let x = values.axes(5)
    let spread = (x.reduce(0) { $0 + $1 * $1 } / 5).squareRoot()
    return 20 + exp(1) - 20 * exp(-0.2 * spread) - exp(x.reduce(0) { $0 + cos(2 * .pi * $1) } / 5)
  }

  /// Wider networks want more dropout; each activation has its own best rate.
  private static let grid = TestFunction(
    name: "grid",
    space: """
      rate choice [0.01, 0.003, 0.001, 0.0003, 0.0001]
      layers choice [1, 2, 3, 4]
      width choice [32, 64, 128, 256]
      dropout choice [0.1, 0.2, 0.3, 0.4, 0.5]
      act choice ['gelu', 'relu', 'swish', 'tanh']
      """
  ) {
    let best: [String: (offset: Double, rate: Double)] = [
      "gelu": (0, -6.9), "relu": (0.2, -5.8), "swish": (0.1, -8.1), "tanh": (0.5, -6.9),
    ]
    guard let best = best[$0.text("act")] else { return .nan }
    let (rate, layers, width) = ((log($0["rate"]) - best.rate) / 2, $0["layers"] - 2, log2($0["width"]))
    let dropout = $0["dropout"] - 0.1 * (width - 4)
    return best.offset + rate * rate + 0.15 * layers * layers + 0.3 * (width - 7) * (width - 7) + 10 * dropout * dropout
  }

  private static func axes(_ count: Int, _ bounds: String) -> String {
    (1...count).map { "x\($0) uniform \(bounds)" }.joined(separator: "\n")
  }
}

/// The values of a point by name.
private struct Values {
  let point: Hyperparameters

  init(_ point: Hyperparameters) { self.point = point }

  subscript(name: String) -> Double { point[name]?.double ?? .nan }

  func text(_ name: String) -> String { point[name]?.description ?? "" }

  func axes(_ count: Int) -> [Double] { (1...count).map { self["x\($0)"] } }
}
