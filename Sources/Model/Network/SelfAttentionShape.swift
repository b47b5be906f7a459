/// The shape of a layer's attention.
struct SelfAttentionShape {
  let queryKeyValue: LinearShape
  let dense: LinearShape
  let norm: LayerNormShape
  /// The width of the layer's input and output.
  let hidden: Int
  let headCount: Int
  /// Whether a place sees only the places up to its own.
  let isCausal: Bool

  init(_ network: NetworkConfiguration) {
    hidden = network.hiddenSize
    headCount = network.headCount
    isCausal = network.objective == .causal
    queryKeyValue = LinearShape(
      "multi_head_attention.query", "multi_head_attention.key", "multi_head_attention.value", from: hidden, to: hidden)
    dense = LinearShape("multi_head_attention.dense", from: hidden, to: hidden)
    norm = LayerNormShape("multi_head_attention.LayerNorm", hidden)
  }

  /// The width of a head.
  var headWidth: Int { hidden / headCount }

  /// The parameters in the order of the buffer.
  var groups: [ParameterGroup] { queryKeyValue.groups + dense.groups + norm.groups }

  /// Floating-point operations of the forward pass for each position, whether its output is needed or not: key and value.
  var operationsPerPosition: Double { queryKeyValue.operations - queryKeyValue.operationsOfOne }

  /// The mean number of places that each of the last `outputs` places of a history sees.
  private func visiblePlaces(length: Double, outputs: Double) -> Double {
    isCausal ? length - (outputs - 1) / 2 : length
  }

  /// Floating-point operations of the forward pass for each of the last `outputs` places of a history of `length` items.
  ///
  /// Query, scores, context and the linear map after it.
  func operationsPerOutput(length: Double, outputs: Double) -> Double {
    queryKeyValue.operationsOfOne + 4 * Double(hidden) * visiblePlaces(length: length, outputs: outputs)
      + dense.operations
  }
}
