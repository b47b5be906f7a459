import Kernels

/// BERT4Rec's parameters, or their gradients, by their role.
struct BERT4RecViews {
  let outputBias: Row  // [classes]
  let embedding: Embedding
  let layers: [TransformerLayer]
  let head: PredictionHead

  init(_ shape: BERT4RecShape, of parameters: Parameters, _ network: NetworkConfiguration) {
    outputBias = parameters.row(shape.outputBias)
    embedding = Embedding(shape.embedding, of: parameters, epsilon: network.layerNormEpsilon)
    layers = (0..<shape.layerCount).map { TransformerLayer(shape.layer, $0, of: parameters, network) }
    head = PredictionHead(shape.head, of: parameters, epsilon: network.layerNormEpsilon)
  }
}
