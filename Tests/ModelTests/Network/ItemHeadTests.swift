import Foundation
import Kernels
import Testing

@testable import Model

/// The head against plain loops, where all items fit one tile and where they don't.
@Suite struct ItemHeadTests {
  private static let catalogues = [7, 1683, ItemHead.mostItemsAtOnce, ItemHead.mostItemsAtOnce + 1, 5000]

  @Test(arguments: catalogues)
  func `Loss and gradients equal the twin's`(classes: Int) {
    let head = RandomHead(classes: classes, targets: 37)
    let gradient = head.matrix(head.targets, RandomHead.hidden)
    let (itemGradients, biasGradients) = (head.matrix(classes, RandomHead.hidden), head.matrix(1, classes)[0])
    let loss = ItemHead(classes: classes, hiddenSize: RandomHead.hidden).crossEntropy(
      head.outputs, labels: head.labels, head.items, weight: 0.25, into: gradient,
      addingTo: ItemHead.Gradients(weights: itemGradients, bias: biasGradients))

    var (plainLoss, plainItems) = (0.0, [[Double]](repeating: [0, 0, 0, 0], count: classes))
    var plainBias = [Double](repeating: 0, count: classes)
    for target in 0..<head.targets {
      let scores = head.plainScores(target)
      let top = scores.max() ?? 0
      let total = scores.reduce(0) { $0 + exp($1 - top) }
      let label = Int(head.labels[target])
      plainLoss += log(total) + top - scores[label]
      var own = [Double](repeating: 0, count: RandomHead.hidden)
      for item in 0..<classes {
        let slope = 0.25 * (exp(scores[item] - top) / total - (item == label ? 1 : 0))
        plainBias[item] += slope
        for column in own.indices {
          own[column] += slope * Double(head.items.weights[item, column])
          plainItems[item][column] += slope * Double(head.outputs[target, column])
        }
      }
      #expect(agree(gradient[target].values, own, within: 1e-5))
    }
    #expect(abs(loss / plainLoss - 1) < 1e-6)
    #expect(agree(biasGradients.values, plainBias, within: 1e-5))
    #expect(agree(itemGradients.values(of: classes), plainItems.flatMap { $0 }, within: 1e-5))
  }

  @Test(arguments: catalogues)
  func `Ranks equal the twin's`(classes: Int) throws {
    // More targets than any tile takes.
    let head = RandomHead(classes: classes, targets: 300)
    // Nothing, every third item, and all of them.
    let seen = head.labels.indices.map { target in
      (1..<Int32(classes)).filter { target % 3 == 2 || (target % 3 == 1 && Int($0) % 3 == 0) }
    }
    let ranks = ItemHead(classes: classes, hiddenSize: RandomHead.hidden).ranks(
      head.outputs, labels: head.labels, head.items, leavingOut: seen)
    let unseen = try #require(ranks.amongUnseen)
    for target in 0..<head.targets {
      let (scores, label) = (head.plainScores(target), Int(head.labels[target]))
      // Scores nearer than 32 bits can tell may stand either way.
      let above = (1..<classes).count { scores[$0] > scores[label] + 1e-5 }
      let near = (1..<classes).count { abs(scores[$0] - scores[label]) <= 1e-5 }
      #expect((above + 1...above + near).contains(ranks.amongAll[target]))
      let left = (1..<classes).filter { $0 == label || !seen[target].contains(Int32($0)) }
      let aboveLeft = left.count { scores[$0] > scores[label] + 1e-5 }
      let nearLeft = left.count { abs(scores[$0] - scores[label]) <= 1e-5 }
      #expect((aboveLeft + 1...aboveLeft + nearLeft).contains(unseen[target]))
    }
  }
}

/// Outputs, items and labels at random.
private final class RandomHead {
  static let hidden = 4
  let targets: Int
  let outputs: Matrix
  let items: ItemHead.Items
  let labels: [Int32]
  private let arena = Arena()

  init(classes: Int, targets: Int) {
    self.targets = targets
    var stream = RandomStream(Philox(key: 5), 0, 0, 0)
    func draw(_ matrix: Matrix) -> Matrix {
      for row in 0..<matrix.rows {
        matrix[row].copy(from: (0..<matrix.columns).map { _ in Float(stream.nextUniform() * 4 - 2) })
      }
      return matrix
    }
    outputs = draw(arena.matrix(targets, Self.hidden))
    let weights = draw(arena.matrix(classes, Self.hidden))
    let transposed = arena.matrix(Self.hidden, roundedToLanes(classes)).columns(from: 0, count: classes)
    transpose(weights, into: transposed)
    items = ItemHead.Items(
      weights: weights, transposed: RightOperand(transposed), bias: draw(arena.matrix(1, classes))[0])
    labels = (0..<targets).map { _ in 1 + Int32(stream.next(below: UInt32(classes - 1))) }
  }

  func matrix(_ rows: Int, _ columns: Int) -> Matrix { arena.matrix(rows, columns) }

  func plainScores(_ target: Int) -> [Double] {
    (0..<items.bias.count).map { item in
      (0..<Self.hidden).reduce(Double(items.bias[item])) {
        $0 + Double(outputs[target, $1]) * Double(items.weights[item, $1])
      }
    }
  }
}

extension Matrix {
  fileprivate func values(of rows: Int) -> [Float] { (0..<rows).flatMap { self[$0].values } }
}
