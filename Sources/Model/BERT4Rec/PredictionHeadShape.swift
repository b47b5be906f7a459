/// The shape of what BERT4Rec computes between the last layer and the scores of the items.
struct PredictionHeadShape {
  let dense: LinearShape
  let norm: LayerNormShape

  init(_ network: NetworkConfiguration) {
    dense = LinearShape("output_ffn", from: network.hiddenSize, to: network.hiddenSize)
    norm = LayerNormShape("output_ln", network.hiddenSize)
  }

  /// The parameters in the order of the buffer.
  var groups: [ParameterGroup] { dense.groups + norm.groups }
}
