package import Kernels

/// The last step of the head: scores of all items, for the loss or for ranks.
///
/// Logits are computed for one tile of targets and items at a time, so their memory does not grow with the catalog. If all items fit into
/// one tile, loss and gradient are computed from the same logits. Otherwise a first pass over the items finds each target's log-sum-exp,
/// and a second pass computes the logits again for the gradient. This takes a third more arithmetic, but each item's weights and gradients
/// are read from memory once for many targets.
///
/// Source: Sun et al., section 3.6.
package final class ItemHead {
  /// The items' parameters as used by the head.
  package struct Items {
    let weights: Matrix  // [classes, hidden]
    /// The weights' pairs for training in BF16, if all items fit into one tile.
    let pairs: Matrix?
    let transposed: RightOperand?  // [hidden, classes], likewise
    let bias: Row  // [classes]

    package init(weights: Matrix, pairs: Matrix? = nil, transposed: RightOperand?, bias: Row) {
      self.weights = weights
      self.pairs = pairs
      self.transposed = transposed
      self.bias = bias
    }
  }

  /// The gradients of the items, which are accumulated.
  package struct Gradients {
    let weights: Matrix  // [classes, hidden]
    let bias: Row  // [classes]

    package init(weights: Matrix, bias: Row) {
      self.weights = weights
      self.bias = bias
    }
  }

  /// The maximum number of items processed without tiles; measured, see docs/performance.md.
  package static let mostItemsAtOnce = 4096

  private let classes: Int
  /// `[targets, items]` of a tile.
  private let logits: Matrix
  /// `[hidden, items]` of a tile: in the transposed weights of a large catalog, the rows would be a page or more apart, and each would
  /// have to wait for memory.
  private let transposed: Matrix
  /// `[hidden, targets]` of a tile: the product for the logits is fastest with a transposed left operand.
  private let transposedOutputs: Matrix
  private let arena: Arena

  /// - Parameter classes: The number of competing items, including padding.
  package convenience init(classes: Int, hiddenSize: Int) {
    self.init(classes: classes, hiddenSize: hiddenSize, in: Arena())
  }

  init(classes: Int, hiddenSize: Int, in arena: Arena) {
    self.classes = classes
    self.arena = arena
    let tile = Self.tile(classes: classes)
    logits = arena.spacedMatrix(tile.targets, tile.items)
    transposed = arena.spacedMatrix(tile.items < classes ? hiddenSize : 0, tile.items)
    transposedOutputs = arena.matrix(hiddenSize, tile.targets)
  }

  /// The maximum number of targets and items processed at a time.
  static func tile(classes: Int) -> (targets: Int, items: Int) {
    classes <= mostItemsAtOnce ? (targets: 32, items: classes) : (targets: 256, items: 256)
  }

  /// Whether `Items` must have the transposed weights.
  package var takesAllItemsAtOnce: Bool { logits.columns == classes }

  // MARK: - Loss

  /// The sum of the targets' cross-entropies, and its gradient times `weight`.
  ///
  /// - Parameter outputs: The head's output, `[targets, hidden]`.
  /// - Parameter labels: The item to predict at each target.
  /// - Parameter gradient: The gradient of the outputs, `[targets, hidden]`, written.
  /// - Parameter gradients: The gradients of the items, added to.
  /// - Parameter room: For products in BF16.
  package func crossEntropy(
    _ outputs: Matrix, labels: [Int32], _ items: Items, weight: Float, into gradient: Matrix,
    addingTo gradients: Gradients, room: PairRoom? = nil
  ) -> Double {
    var loss = 0.0
    forEachChunk(of: outputs.rows) { targets in
      let own = outputs.rows(from: targets.lowerBound, count: targets.count)
      let ownGradient = gradient.rows(from: targets.lowerBound, count: targets.count)
      let labels = labels[targets].map(Int.init)
      loss +=
        takesAllItemsAtOnce
        ? crossEntropyAtOnce(
          own, labels: labels, items, weight: weight, into: ownGradient, addingTo: gradients, room: room)
        : crossEntropyInTiles(
          own, labels: labels, items, weight: weight, into: ownGradient, addingTo: gradients, room: room)
    }
    return loss
  }

  private func crossEntropyAtOnce(
    _ outputs: Matrix, labels: [Int], _ items: Items, weight: Float, into gradient: Matrix,
    addingTo gradients: Gradients, room: PairRoom?
  ) -> Double {
    var loss = 0.0
    forEachTile(outputs, items, room: room) { _, logits in
      for (row, label) in labels.enumerated() {
        loss += Double(Kernels.crossEntropy(logits[row], bias: items.bias, label: label, weight: weight))
      }
      addColumnSums(of: logits, to: gradients.bias)
      matmul(logits, RightOperand(items.weights, pairs: items.pairs), into: gradient, room: room)
      matmul(logits, .transposed, outputs, into: gradients.weights, adding: true, room: room)
    }
    return loss
  }

  private func crossEntropyInTiles(
    _ outputs: Matrix, labels: [Int], _ items: Items, weight: Float, into gradient: Matrix,
    addingTo gradients: Gradients, room: PairRoom?
  ) -> Double {
    var sums = [LogSumExp](repeating: LogSumExp(), count: outputs.rows)
    var own = [Float](repeating: 0, count: outputs.rows)
    forEachTile(outputs, items, room: room) { range, logits in
      let bias = items.bias.slice(at: range.lowerBound, count: range.count)
      for (row, label) in labels.enumerated() {
        sums[row].add(logits[row], bias: bias)
        if range.contains(label) { own[row] = logits[row][label - range.lowerBound] + items.bias[label] }
      }
    }
    forEachTile(outputs, items, room: room) { range, logits in
      let bias = items.bias.slice(at: range.lowerBound, count: range.count)
      for (row, label) in labels.enumerated() {
        softmax(logits[row], bias: bias, sums[row], weight: weight)
        if range.contains(label) { logits[row][label - range.lowerBound] -= weight }
      }
      addColumnSums(of: logits, to: gradients.bias.slice(at: range.lowerBound, count: range.count))
      matmul(
        logits, .asIs, items.weights.rows(from: range.lowerBound, count: range.count), into: gradient,
        adding: range.lowerBound > 0, room: room)
      matmul(
        logits, .transposed, outputs, into: gradients.weights.rows(from: range.lowerBound, count: range.count),
        adding: true, room: room)
    }
    return zip(sums, own).reduce(0) { $0 + Double($1.0.value(minus: $1.1)) }
  }

  // MARK: - Ranks

  /// The rank of each target's label among all items, counted from 1; `Int.max` if its score is NaN.
  ///
  /// Items with equal scores are ranked by id.
  ///
  /// - Parameter outputs: The head's output, `[targets, hidden]`.
  /// - Parameter seen: The items left out of each target's second ranking, in increasing order; `nil` for no second ranking.
  /// - Parameter reader: Receives the items at the top of one of the rankings; `nil` for nobody.
  package func ranks(
    _ outputs: Matrix, labels: [Int32], _ items: Items, leavingOut seen: [[Int32]]? = nil, _ reader: ListReader? = nil
  ) -> TargetRanks {
    var ranks = TargetRanks(unseen: seen != nil)
    forEachChunk(of: outputs.rows) { targets in
      let own = outputs.rows(from: targets.lowerBound, count: targets.count)
      let labels = labels[targets].map(Int.init)
      let scores = labels.indices.map { score(own.rows(from: $0, count: 1), labels[$0], items) }
      var above = [Int](repeating: 0, count: targets.count)
      var seenAbove = [Int](repeating: 0, count: targets.count)
      var next = [Int](repeating: 0, count: targets.count)
      var tops = reader.map { [TopItems](repeating: TopItems(capacity: $0.length), count: targets.count) }
      forEachTile(own, items) { range, logits in
        let bias = items.bias.slice(at: range.lowerBound, count: range.count)
        for (row, label) in labels.enumerated() {
          let target = (id: label, score: scores[row])
          above[row] += countAbove(
            target.id, score: target.score, in: logits[row], bias: bias, firstItem: range.lowerBound)
          if let seen = seen?[targets.lowerBound + row] {
            while next[row] < seen.count, case let item = Int(seen[next[row]]), item < range.upperBound {
              let score = logits[row][item - range.lowerBound] + items.bias[item]
              if score > target.score || (score == target.score && item < target.id) { seenAbove[row] += 1 }
              if reader?.isRepeatable == false, item != label { logits[row][item - range.lowerBound] = .nan }
              next[row] += 1
            }
          }
          tops?[row].add(logits[row], bias: bias, firstItem: range.lowerBound)
        }
      }
      for top in tops ?? [] { reader?.read(top.entries.map(\.item)) }
      ranks.amongAll += zip(above, scores).map { $1.isNaN ? .max : $0 + 1 }
      ranks.amongUnseen? += zip(zip(above, seenAbove), scores).map { $1.isNaN ? .max : $0.0 - $0.1 + 1 }
    }
    return ranks
  }

  /// One item's score, with the same bits as among all others, since a product's bits do not depend on its shape.
  private func score(_ output: Matrix, _ item: Int, _ items: Items) -> Float {
    let score = logits.rows(from: 0, count: 1).columns(from: 0, count: 1)
    matmul(output, items.weights[item].matrix(rows: output.columns, columns: 1), into: score)
    return score[0, 0] + items.bias[item]
  }

  // MARK: - Tiles

  /// Computes the logits of at most one tile's targets, without the bias, for some items at a time.
  ///
  /// - Parameter outputs: `[targets, hidden]`
  /// - Parameter room: For products in BF16.
  /// - Parameter body: Receives the items' ids and their logits, `[targets, items]`, which it may change.
  package func forEachTile(
    _ outputs: Matrix, _ items: Items, room: PairRoom? = nil, _ body: (_ items: Range<Int>, _ logits: Matrix) -> Void
  ) {
    let left = transposedOutputs.columns(from: 0, count: outputs.rows)
    transpose(outputs, into: left)
    for first in stride(from: 0, to: classes, by: logits.columns) {
      let range = first..<min(first + logits.columns, classes)
      let tile = logits.rows(from: 0, count: outputs.rows).columns(from: 0, count: range.count)
      matmul(left, .transposed, transposed(range, items, room), into: tile, room: room)
      body(range, tile)
    }
  }

  /// `[hidden, items]`: the weights of some items, in the order in which the product for the logits reads them.
  private func transposed(_ range: Range<Int>, _ items: Items, _ room: PairRoom?) -> RightOperand {
    if let transposed = items.transposed { return transposed.columns(from: range.lowerBound, count: range.count) }
    return RightOperand(
      transposing: items.weights.rows(from: range.lowerBound, count: range.count),
      into: transposed.columns(from: 0, count: range.count), room: room)
  }

  /// Computes the logits of any number of targets, without the bias; each target's tiles come in the order of the items' ids.
  ///
  /// - Parameter body: Receives the targets' rows, the items' ids and their logits, `[targets, items]`, which it may change.
  package func forEachTile(
    ofAll outputs: Matrix, _ items: Items,
    _ body: (_ targets: Range<Int>, _ items: Range<Int>, _ logits: Matrix) -> Void
  ) {
    forEachChunk(of: outputs.rows) { targets in
      forEachTile(outputs.rows(from: targets.lowerBound, count: targets.count), items) { range, logits in
        body(targets, range, logits)
      }
    }
  }

  private func forEachChunk(of targets: Int, _ body: (Range<Int>) -> Void) {
    for start in stride(from: 0, to: targets, by: logits.rows) { body(start..<min(start + logits.rows, targets)) }
  }
}
