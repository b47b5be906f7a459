import Kernels

/// The scores of all items by several networks, for a tile of targets and items at a time: their memory grows neither with the number of
/// targets nor with the catalog.
///
/// Only one thread may use it at a time.
final class EnsembleScores {
  /// One network at some targets.
  struct Part {
    /// The head's output, `[targets, hidden]`.
    let outputs: Matrix
    let items: ItemHead.Items
  }

  /// The maximum number of targets of a call, for all of which the items' weights are read once.
  static let mostTargets = 256

  /// The maximum number of items of a tile.
  static let itemsAtOnce = 256

  private let classes: Int
  private let sizes: [Int]
  private let buffers: [FloatBuffer]

  /// The number of floats of all buffers.
  ///
  /// - Parameter hiddenSizes: One for each network.
  static func floatCount(hiddenSizes: [Int]) -> Int {
    let tile = mostTargets * itemsAtOnce
    return 2 * tile + 1 + (hiddenSizes.max() ?? 0) * itemsAtOnce + hiddenSizes.reduce(0) { $0 + $1 * mostTargets }
  }

  /// - Parameter classes: The number of items, including padding.
  /// - Parameter hiddenSizes: One for each network, in the order of `Part`s.
  init(classes: Int, hiddenSizes: [Int]) {
    self.classes = classes
    sizes = hiddenSizes
    let tile = Self.mostTargets * Self.itemsAtOnce
    let shared = [tile, tile, (hiddenSizes.max() ?? 0) * Self.itemsAtOnce, 1]
    buffers = (shared + hiddenSizes.map { $0 * Self.mostTargets }).map { FloatBuffer(count: $0) }
  }

  /// `[targets, items]` of a tile, for what a caller adds up.
  func total(targets: Int, items: Int) -> Matrix { tile(0, targets, items) }

  private func tile(_ buffer: Int, _ targets: Int, _ items: Int) -> Matrix {
    buffers[buffer].matrix(rows: Self.mostTargets, columns: Self.itemsAtOnce).rows(from: 0, count: targets)
      .columns(from: 0, count: items)
  }

  /// Computes the scores of all items at some targets, with the same bits as `ItemHead`.
  ///
  /// - Parameter parts: The networks, at most `mostTargets` targets each.
  /// - Parameter body: Receives the items' ids, in increasing order, and for these the number of each network and its scores,
  ///   `[targets, items]`, which it may change.
  func forEachTile(_ parts: [Part], _ body: (_ items: Range<Int>, _ part: Int, _ scores: Matrix) -> Void) {
    let lefts = parts.indices.map { part in
      let outputs = parts[part].outputs
      let left = buffers[4 + part].matrix(rows: sizes[part], columns: Self.mostTargets)
        .columns(from: 0, count: outputs.rows)
      transpose(outputs, into: left)
      return left
    }
    for first in stride(from: 0, to: classes, by: Self.itemsAtOnce) {
      let range = first..<min(first + Self.itemsAtOnce, classes)
      for (number, part) in parts.enumerated() {
        let right = buffers[2].matrix(rows: sizes[number], columns: Self.itemsAtOnce)
          .columns(from: 0, count: range.count)
        transpose(part.items.weights.rows(from: range.lowerBound, count: range.count), into: right)
        let scores = tile(1, part.outputs.rows, range.count)
        matmul(lefts[number], .transposed, right, into: scores)
        let bias = part.items.bias.slice(at: range.lowerBound, count: range.count)
        for row in 0..<scores.rows { add(bias, times: 1, to: scores[row]) }
        body(range, number, scores)
      }
    }
  }

  /// One item's score at each target of a network, with the same bits as among all others.
  func scores(of items: [Int], _ part: Part) -> [Float] {
    let score = buffers[3].matrix(rows: 1, columns: 1)
    return items.enumerated().map { row, item in
      let weights = part.items.weights[item]
      matmul(
        part.outputs.rows(from: row, count: 1), weights.matrix(rows: weights.count, columns: 1), into: score)
      return score[0, 0] + part.items.bias[item]
    }
  }
}
