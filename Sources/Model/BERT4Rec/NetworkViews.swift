import Kernels

/// Parameters, or their gradients, by their role in the network.
struct NetworkViews {
  let outputBias: Row
  let items: Matrix  // [classes + mask, hidden]
  let positions: Matrix  // [longest, hidden]
  let embeddingNorm: LayerNorm
  let layers: [TransformerLayer]
  let head: Matrix  // [hidden, hidden]
  let headBias: Row
  let headNorm: LayerNorm

  init(_ parameters: Parameters, _ network: NetworkConfiguration) {
    outputBias = parameters.row("output_bias")
    items = parameters.matrix("item_embedding.weight")
    positions = parameters.matrix("position_embedding.weight")
    embeddingNorm = LayerNorm("LayerNorm", of: parameters, epsilon: network.layerNormEpsilon)
    layers = (0..<network.layerCount).map { TransformerLayer($0, of: parameters, network) }
    head = parameters.matrix("output_ffn.weight")
    headBias = parameters.row("output_ffn.bias")
    headNorm = LayerNorm("output_ln", of: parameters, epsilon: network.layerNormEpsilon)
  }
}
