/// The shape of BERT4Rec, from which the layout of its parameters, their transposed copies, the memory and the work follow.
///
/// Names and order of the parameters are RecBole's.
///
/// Source: Sun et al., *BERT4Rec*, 2019, section 3; RecBole 1.2.1 for the output bias.
package struct BERT4RecShape {
  /// The number of classes V, including padding.
  let itemCount: Int
  /// `[classes]`: added to the scores of the items.
  let outputBias: ParameterGroup
  let embedding: EmbeddingShape
  let layer: LayerShape
  let layerCount: Int
  let head: PredictionHeadShape
  let blockSize: BlockSize
  /// Of the products of training.
  let precision: TrainingConfiguration.Precision

  package init(
    _ network: NetworkConfiguration, itemCount: Int, precision: TrainingConfiguration.Precision = .float32
  ) {
    self.itemCount = itemCount
    self.precision = precision
    outputBias = ParameterGroup("output_bias", [itemCount], .zeros)
    embedding = EmbeddingShape(network, itemCount: itemCount)
    layer = LayerShape(network)
    layerCount = network.layerCount
    head = PredictionHeadShape(network)
    blockSize = BlockSize(
      longest: network.maximumLength, targetsPerHistory: network.mostTargetsPerRow,
      itemCount: itemCount)
  }

  /// The parameters before those of the layers, in the order of the buffer.
  private var firstGroups: [ParameterGroup] { [outputBias] + embedding.groups }

  /// All parameters in the order of the buffer.
  var groups: [ParameterGroup] {
    firstGroups + (0..<layerCount).flatMap { layer.groups(layer: $0) } + head.groups
  }

  /// The sum of a number over all groups of parameters.
  func sum(_ number: (ParameterGroup) -> Int) -> Int {
    func sum(_ groups: [ParameterGroup]) -> Int { groups.reduce(0) { $0 + number($1) } }
    return sum(firstGroups) + layerCount * sum(layer.groups) + sum(head.groups)
  }

  /// The width of the vectors between the layers.
  var hidden: Int { layer.attention.hidden }

  /// The places whose output a layer computes: all, but only the targets in the last layer.
  func outputs(ofLayer number: Int) -> Block.Outputs { number == layerCount - 1 ? .atTargets : .everywhere }

  /// Floating-point operations of the matrix products of one forward pass of one history.
  ///
  /// - Parameter length: The number of items.
  /// - Parameter targets: The number of places whose output is needed; for the causal objective, the last ones.
  /// - Parameter candidates: The number of items that the head scores at each of them.
  package func operations(length: Double, targets: Double, candidates: Double) -> Double {
    Double(layerCount - 1) * layer.operations(length: length, outputs: length)
      + layer.operations(length: length, outputs: targets)
      + (head.dense.operations + scoreOperations(candidates: candidates)) * targets
  }

  /// Floating-point operations of the scores of some items at one target.
  func scoreOperations(candidates: Double) -> Double { 2 * Double(hidden) * candidates }
}

extension ParameterLayout {
  /// The layout of BERT4Rec's parameters.
  ///
  /// - Parameter itemCount: The number of classes V, including padding.
  public init(_ network: NetworkConfiguration, itemCount: Int) {
    self.init(BERT4RecShape(network, itemCount: itemCount).groups)
  }
}
