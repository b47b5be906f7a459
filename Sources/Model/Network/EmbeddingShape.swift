/// The shape of the first step of a network, which turns items and their positions into vectors.
struct EmbeddingShape {
  /// `[classes + mask, hidden]`
  let items: ParameterGroup
  /// `[longest, hidden]`
  let positions: ParameterGroup
  let norm: LayerNormShape

  /// - Parameter itemCount: The number of classes V, including padding.
  init(_ network: NetworkConfiguration, itemCount: Int) {
    let hidden = network.hiddenSize
    items = ParameterGroup("item_embedding.weight", [itemCount + 1, hidden], .normal)
    positions = ParameterGroup("position_embedding.weight", [network.maximumLength, hidden], .normal)
    norm = LayerNormShape("LayerNorm", hidden)
  }

  /// The parameters in the order of the buffer.
  var groups: [ParameterGroup] { [items, positions] + norm.groups }
}
