/// The shape of a layer's feed-forward network.
struct FeedForwardShape {
  let inner: LinearShape
  let outer: LinearShape
  let norm: LayerNormShape

  init(_ network: NetworkConfiguration) {
    inner = LinearShape("feed_forward.dense_1", from: network.hiddenSize, to: network.innerSize)
    outer = LinearShape("feed_forward.dense_2", from: network.innerSize, to: network.hiddenSize)
    norm = LayerNormShape("feed_forward.LayerNorm", network.hiddenSize)
  }

  /// The parameters in the order of the buffer.
  var groups: [ParameterGroup] { inner.groups + outer.groups + norm.groups }

  /// Floating-point operations of the forward pass for each output.
  var operationsPerOutput: Double { inner.operations + outer.operations }
}
