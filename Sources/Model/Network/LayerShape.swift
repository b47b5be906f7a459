/// The shape of a Transformer layer: the names and sizes of its parameters, from which memory and work follow.
struct LayerShape {
  let attention: SelfAttentionShape
  let feedForward: FeedForwardShape

  init(_ network: NetworkConfiguration) {
    attention = SelfAttentionShape(network)
    feedForward = FeedForwardShape(network)
  }

  /// The name of a layer, counted from 0, which precedes those of its parameters.
  static func module(_ number: Int) -> String { "trm_encoder.layer.\(number)" }

  /// The parameters in the order of the buffer, without the name of a layer.
  var groups: [ParameterGroup] { attention.groups + feedForward.groups }

  /// The parameters of one layer, counted from 0.
  func groups(layer: Int) -> [ParameterGroup] { groups.map { $0.inside(Self.module(layer)) } }

  /// The number of trainable parameters.
  var parameterCount: Int { groups.reduce(0) { $0 + $1.count } }

  /// Floating-point operations of the forward pass of a history of `length` items.
  ///
  /// - Parameter outputs: The number of places whose output is needed; in causal attention, the last ones.
  func operations(length: Double, outputs: Double) -> Double {
    attention.operationsPerPosition * length
      + (attention.operationsPerOutput(length: length, outputs: outputs) + feedForward.operationsPerOutput) * outputs
  }
}
