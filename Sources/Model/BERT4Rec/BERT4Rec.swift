package import Kernels

/// The network: parameters, workspace, and the two passes over a block.
///
/// Only one thread may use it at a time. Other threads can have their own networks that share its parameters.
///
/// Source: Sun et al., *BERT4Rec: Sequential Recommendation with Bidirectional Encoder Representations from Transformer*, 2019,
/// section 3; RecBole 1.2.1 for the head, the output bias and the masks.
package final class BERT4Rec {
  package let configuration: NetworkConfiguration
  package let parameters: Parameters
  private let shape: BERT4RecShape
  private let views: BERT4RecViews
  /// What the backward pass adds to; may be exchanged for another buffer between two parts of a batch.
  var gradientBuffer: GradientBuffer
  private let copies: WeightCopies
  private let workspace: Workspace

  /// The number of classes V, including padding; also the mask's id.
  package var itemCount: Int { shape.itemCount }
  package var layout: ParameterLayout { parameters.layout }
  package var gradients: Parameters { gradientBuffer.parameters }
  private var gradientViews: BERT4RecViews { gradientBuffer.views }
  package var blockSize: BlockSize { shape.blockSize }

  /// The parameters are zero until they are initialized or read; `parametersDidChange()` must be called afterwards.
  ///
  /// - Parameter precision: Of the products of training; all others are in 32 bits.
  package convenience init(
    _ configuration: NetworkConfiguration, itemCount: Int, precision: TrainingConfiguration.Precision = .float32
  ) {
    let shape = BERT4RecShape(configuration, itemCount: itemCount, precision: precision)
    self.init(
      configuration, shape, parameters: Parameters(layout: ParameterLayout(shape.groups)),
      copies: WeightCopies(shape))
  }

  /// A network that shares the parameters, but has its own gradients and workspace.
  package convenience init(sharing other: BERT4Rec) {
    self.init(other.configuration, other.shape, parameters: other.parameters, copies: other.copies)
  }

  private init(
    _ configuration: NetworkConfiguration, _ shape: BERT4RecShape, parameters: Parameters, copies: WeightCopies
  ) {
    self.configuration = configuration
    self.shape = shape
    self.parameters = parameters
    self.copies = copies
    views = BERT4RecViews(shape, of: parameters, configuration)
    gradientBuffer = GradientBuffer(shape, layout: parameters.layout, configuration)
    workspace = Workspace(shape)
  }

  /// Another buffer for gradients.
  func makeGradientBuffer() -> GradientBuffer { GradientBuffer(shape, layout: layout, configuration) }

  /// Must be called whenever the parameters have changed, before the next pass.
  package func parametersDidChange() { Profile.measure(.optimizer) { copies.update(from: views) } }

  /// The number of floats of the workspace.
  var workspaceFloatCount: Int { workspace.floatCount }

  /// The number of floats of the copies of the weights.
  var copiesFloatCount: Int { copies.floatCount }

  // MARK: - Forward

  /// The head's output at the block's targets.
  ///
  /// - Parameter shouldStop: Called before each layer: a layer of a wide network takes a second for a block of a large catalog.
  /// - Returns: `[targets, hidden]`, valid until the next pass; `nil` if stopped.
  package func forward(_ block: Block, _ dropout: Dropout, shouldStop: () -> Bool = { false }) -> Matrix? {
    forward(block, dropout, room: nil, shouldStop: shouldStop)
  }

  /// - Parameter room: For products in BF16.
  private func forward(_ block: Block, _ dropout: Dropout, room: PairRoom?, shouldStop: () -> Bool) -> Matrix? {
    var x = views.embedding.forward(block, memory: workspace.embedding, dropout: dropout)
    for (index, layer) in views.layers.enumerated() {
      if shouldStop() { return nil }
      x = layer.forward(
        x, copies.layers[index], block: block, memory: workspace.layers[index], dropout: dropout, room: room)
    }
    return Profile.measure(.head) { views.head.forward(x, copies.head, memory: workspace.head, room: room) }
  }

  // MARK: - Training

  /// Runs a block forward and backward, and adds to the gradients.
  ///
  /// - Parameter weight: The weight of each target's loss: 1 / (targets in the batch).
  /// - Parameter shouldStop: Called before each layer, in both directions.
  /// - Returns: The sum of the targets' losses, not multiplied by the weight; `nil` if stopped, with only part of the gradients added.
  package func train(
    _ block: Block, weight: Float, _ dropout: Dropout, shouldStop: () -> Bool = { false }
  ) -> Double? {
    guard block.targetCount > 0 else { return 0 }
    return Profile.measure(.elements) {
      guard let head = forward(block, dropout, room: workspace.pairRoom, shouldStop: shouldStop), !shouldStop() else {
        return nil
      }
      let gradient = workspace.scratch.stream.rows(from: 0, count: block.targetCount)
      let loss = Profile.measure(.head) { losses(head, block, weight: weight, into: gradient) }
      return backward(gradient, block, dropout, shouldStop: shouldStop) ? loss : nil
    }
  }

  /// The sum of the targets' losses, and the gradient of the head's output.
  private func losses(_ head: Matrix, _ block: Block, weight: Float, into gradient: Matrix) -> Double {
    switch configuration.loss {
    case .crossEntropy:
      workspace.itemHead.crossEntropy(
        head, labels: block.labels, headItems, weight: weight, into: gradient, addingTo: headGradients,
        room: workspace.pairRoom)
    case .pairwise: pairwiseLosses(head, block, weight: weight, into: gradient)
    }
  }

  /// The sum of the targets' pairwise losses, and the gradient of the head's output.
  private func pairwiseLosses(_ head: Matrix, _ block: Block, weight: Float, into gradient: Matrix) -> Double {
    var loss = 0.0
    for row in 0..<block.targetCount {
      let (label, negative) = (Int(block.labels[row]), Int(block.negatives[row]))
      let own = head[row]
      let pair = pairwiseLoss(
        positive: dot(own, views.embedding.items[label]) + views.outputBias[label],
        negative: dot(own, views.embedding.items[negative]) + views.outputBias[negative])
      loss += Double(pair.loss)
      let slope = pair.slope * weight
      gradient[row].fill(with: 0)
      add(views.embedding.items[label], times: slope, to: gradient[row])
      add(views.embedding.items[negative], times: -slope, to: gradient[row])
      add(own, times: slope, to: gradientViews.embedding.items[label])
      add(own, times: -slope, to: gradientViews.embedding.items[negative])
      gradientViews.outputBias[label] += slope
      gradientViews.outputBias[negative] -= slope
    }
    return loss
  }

  /// Propagates the gradient of the head's output to all parameters; returns `false` if stopped.
  private func backward(_ gradient: Matrix, _ block: Block, _ dropout: Dropout, shouldStop: () -> Bool) -> Bool {
    let (scratch, memory, room) = (workspace.scratch, workspace.layers, workspace.pairRoom)
    let last = memory[memory.count - 1].feedForward.output.rows(from: 0, count: block.targetCount)
    Profile.measure(.head) {
      views.head.backward(
        gradient, addingTo: gradientViews.head, copies.head, x: last, memory: workspace.head, scratch: scratch,
        room: room)
    }
    var stream = gradient
    for index in views.layers.indices.reversed() {
      if shouldStop() { return false }
      let input = index == 0 ? workspace.embedding.output : memory[index - 1].feedForward.output
      stream = views.layers[index].backward(
        stream, addingTo: gradientViews.layers[index], copies.layers[index],
        x: input.rows(from: 0, count: block.positionCount), block: block, memory: memory[index], scratch: scratch,
        dropout: dropout, room: room)
    }
    views.embedding.backward(
      stream, addingTo: gradientViews.embedding, block: block, memory: workspace.embedding, dropout: dropout)
    return true
  }

  // MARK: - Prediction

  /// The rank of each label among all items at the head's outputs, counted from 1.
  ///
  /// - Parameter outputs: `[targets, hidden]`: the results of `forward` for any number of blocks.
  /// - Parameter seen: The items left out of each target's second ranking, in increasing order; `nil` for no second ranking.
  /// - Parameter reader: Receives the items at the top; `nil` for nobody.
  package func ranks(
    _ outputs: Matrix, labels: [Int32], leavingOut seen: [[Int32]]? = nil, _ reader: ListReader? = nil
  ) -> TargetRanks {
    workspace.itemHead.ranks(outputs, labels: labels, headItems, leavingOut: seen, reader)
  }

  /// Computes the scores of all items at the head's outputs, without the bias, for some targets and items at a time.
  ///
  /// - Parameter outputs: `[targets, hidden]`: the results of `forward` for any number of blocks.
  /// - Parameter body: See `ItemHead.forEachTile`.
  func scores(
    _ outputs: Matrix, _ body: (_ targets: Range<Int>, _ items: Range<Int>, _ logits: Matrix) -> Void
  ) {
    workspace.itemHead.forEachTile(ofAll: outputs, headItems, body)
  }

  package var headItems: ItemHead.Items {
    ItemHead.Items(
      weights: views.embedding.items.rows(from: 0, count: itemCount), pairs: copies.itemPairs,
      transposed: copies.items, bias: views.outputBias)
  }

  private var headGradients: ItemHead.Gradients {
    ItemHead.Gradients(
      weights: gradientViews.embedding.items.rows(from: 0, count: itemCount), bias: gradientViews.outputBias)
  }
}
