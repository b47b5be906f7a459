package import Kernels

/// The network: parameters, workspace, and the two passes over a block.
///
/// Only one thread may use it at a time. Other threads can have their own networks that share its parameters.
///
/// Source: Sun et al., *BERT4Rec: Sequential Recommendation with Bidirectional Encoder Representations from Transformer*, 2019,
/// section 3; RecBole 1.2.1 for the head, the output bias and the masks.
package final class BERT4Rec {
  package let configuration: NetworkConfiguration
  /// The number of classes V, including padding; also the mask's id.
  package let itemCount: Int
  package let layout: ParameterLayout
  package let parameters: Parameters
  package let gradients: Parameters
  package let blockSize: BlockSize
  private let views: NetworkViews
  private let gradientViews: NetworkViews
  private let layerMemory: [LayerMemory]
  private let ends: EmbeddingAndHeadMemory
  private let itemHead: ItemHead
  private let scratch: BackwardScratch
  private let transposed: TransposedWeights

  /// The parameters are zero until they are initialized or read; `parametersDidChange()` must be called afterwards.
  package convenience init(_ configuration: NetworkConfiguration, itemCount: Int) {
    let parameters = Parameters(layout: ParameterLayout(configuration, itemCount: itemCount))
    self.init(
      configuration, itemCount: itemCount, parameters: parameters,
      transposed: TransposedWeights(configuration, itemCount: itemCount))
  }

  /// A network that shares the parameters, but has its own gradients and workspace.
  package convenience init(sharing other: BERT4Rec) {
    self.init(
      other.configuration, itemCount: other.itemCount, parameters: other.parameters, transposed: other.transposed)
  }

  private init(
    _ configuration: NetworkConfiguration, itemCount: Int, parameters: Parameters, transposed: TransposedWeights
  ) {
    self.configuration = configuration
    self.itemCount = itemCount
    layout = parameters.layout
    self.parameters = parameters
    self.transposed = transposed
    gradients = Parameters(layout: layout)
    views = NetworkViews(parameters, configuration)
    gradientViews = NetworkViews(gradients, configuration)
    blockSize = Self.blockSize(configuration, itemCount: itemCount)
    layerMemory = (0..<configuration.layerCount).map { [blockSize] layer in
      LayerMemory(configuration, blockSize, isLast: layer == configuration.layerCount - 1)
    }
    ends = EmbeddingAndHeadMemory(configuration, blockSize)
    itemHead = ItemHead(classes: itemCount, hiddenSize: configuration.hiddenSize)
    scratch = BackwardScratch(configuration, blockSize)
  }

  /// The maximum size of a block of masked histories.
  static func blockSize(_ network: NetworkConfiguration, itemCount: Int) -> BlockSize {
    BlockSize(
      longest: network.maximumLength, targetsPerHistory: Masking(network, itemCount: itemCount).capacity,
      itemCount: itemCount)
  }

  /// Must be called whenever the parameters have changed, before the next pass.
  package func parametersDidChange() { transposed.update(from: views) }

  /// The number of floats of the workspace; every thread of a trial has its own.
  var workspaceFloatCount: Int {
    (layerMemory.map(\.arena) + [ends.arena, scratch.arena, itemHead.arena]).reduce(0) { $0 + $1.floatCount }
  }

  /// The number of floats of the transposed weights.
  var transposedFloatCount: Int { transposed.arena.floatCount }

  // MARK: - Forward

  /// The head's output at the block's targets.
  ///
  /// - Parameter shouldStop: Called before each layer: a layer of a wide network takes a second for a block of a large catalog.
  /// - Returns: `[targets, hidden]`, valid until the next pass; `nil` if stopped.
  package func forward(_ block: Block, _ dropout: Dropout, shouldStop: () -> Bool = { false }) -> Matrix? {
    var x = embed(block, dropout)
    for (index, layer) in views.layers.enumerated() {
      if shouldStop() { return nil }
      x = layer.forward(x, transposed.layers[index], block, layerMemory[index], dropout)
    }
    let rows = block.targetCount
    let slope = ends.slope.rows(from: 0, count: rows)
    let norm = ends.headNorm.first(rows)
    let head = ends.head.rows(from: 0, count: rows)
    matmul(x, transposed.head, into: slope)
    addBias(views.headBias, thenApply: .gelu, to: slope, into: norm.normalized)
    normalize(views.headNorm, norm, thenDrop: ends.embeddingMask, .none, into: head)
    return head
  }

  /// `Dropout(LayerNorm(E[items] + P[places]))`.
  private func embed(_ block: Block, _ dropout: Dropout) -> Matrix {
    let norm = ends.embeddingNorm.first(block.positionCount)
    let x = ends.embedded.rows(from: 0, count: block.positionCount)
    Kernels.embed(
      block.items, in: views.items, positions: block.places, in: views.positions, into: norm.normalized)
    if dropout.hidden.isActive {
      for sequence in block.sequences {
        ends.embeddingMask.draw(
          rows: sequence.positions.count, from: sequence.positions.lowerBound, rate: dropout.hidden, dropout.philox,
          sample: sequence.key, site: Dropout.Site.embedding.number, epoch: dropout.epoch)
      }
    }
    normalize(views.embeddingNorm, norm, thenDrop: ends.embeddingMask, dropout.hidden, into: x)
    return x
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
    guard let head = forward(block, dropout, shouldStop: shouldStop), !shouldStop() else { return nil }
    let gradient = scratch.stream.rows(from: 0, count: block.targetCount)
    let loss =
      switch configuration.loss {
      case .crossEntropy:
        itemHead.crossEntropy(
          head, labels: block.labels, headItems, weight: weight, into: gradient, addingTo: headGradients)
      case .pairwise: pairwiseLosses(head, block, weight: weight, into: gradient)
      }
    return backward(gradient, block, dropout, shouldStop) ? loss : nil
  }

  /// The sum of the targets' pairwise losses, and the gradient of the head's output.
  private func pairwiseLosses(_ head: Matrix, _ block: Block, weight: Float, into gradient: Matrix) -> Double {
    var loss = 0.0
    for row in 0..<block.targetCount {
      let (label, negative) = (Int(block.labels[row]), Int(block.negatives[row]))
      let own = head[row]
      let pair = pairwiseLoss(
        positive: dot(own, views.items[label]) + views.outputBias[label],
        negative: dot(own, views.items[negative]) + views.outputBias[negative])
      loss += Double(pair.loss)
      let slope = pair.slope * weight
      gradient[row].fill(with: 0)
      add(views.items[label], times: slope, to: gradient[row])
      add(views.items[negative], times: -slope, to: gradient[row])
      add(own, times: slope, to: gradientViews.items[label])
      add(own, times: -slope, to: gradientViews.items[negative])
      gradientViews.outputBias[label] += slope
      gradientViews.outputBias[negative] -= slope
    }
    return loss
  }

  /// Propagates the gradient of the head's output to all parameters; returns `false` if stopped.
  private func backward(_ gradient: Matrix, _ block: Block, _ dropout: Dropout, _ shouldStop: () -> Bool) -> Bool {
    let rows = block.targetCount
    normalizeBackward(
      views.headNorm, ends.headNorm.first(rows), gradient: gradient, addingGainTo: gradientViews.headNorm.gain,
      biasTo: gradientViews.headNorm.bias)
    multiply(
      gradient, bySlope: ends.slope.rows(from: 0, count: rows), addingBiasTo: gradientViews.headBias)
    let last = layerMemory[layerMemory.count - 1].output.rows(from: 0, count: rows)
    matmul(gradient, .transposed, last, into: gradientViews.head, adding: true)
    var stream = scratch.dropped.rows(from: 0, count: rows)
    matmul(gradient, views.head, into: stream)
    gradient.copy(from: stream)
    stream = gradient
    for index in views.layers.indices.reversed() {
      if shouldStop() { return false }
      let input = index == 0 ? ends.embedded : layerMemory[index - 1].output
      stream = views.layers[index].backward(
        stream, gradientViews.layers[index], x: input.rows(from: 0, count: block.positionCount), block,
        layerMemory[index], scratch, dropout)
    }
    dropBackward(stream, ends.embeddingMask, dropout.hidden, into: stream, addingBiasTo: nil)
    normalizeBackward(
      views.embeddingNorm, ends.embeddingNorm.first(block.positionCount), gradient: stream,
      addingGainTo: gradientViews.embeddingNorm.gain, biasTo: gradientViews.embeddingNorm.bias)
    embedBackward(
      stream, items: block.items, to: gradientViews.items, positions: block.places, to: gradientViews.positions)
    return true
  }

  // MARK: - Prediction

  /// The rank of each label among all items at the head's outputs, counted from 1.
  ///
  /// - Parameter outputs: `[targets, hidden]`: the results of `forward` for any number of blocks.
  package func ranks(_ outputs: Matrix, labels: [Int32]) -> [Int] {
    itemHead.ranks(outputs, labels: labels, headItems)
  }

  package var headItems: ItemHead.Items {
    ItemHead.Items(
      weights: views.items.rows(from: 0, count: itemCount), transposed: transposed.items, bias: views.outputBias)
  }

  private var headGradients: ItemHead.Gradients {
    ItemHead.Gradients(
      weights: gradientViews.items.rows(from: 0, count: itemCount), bias: gradientViews.outputBias)
  }
}
