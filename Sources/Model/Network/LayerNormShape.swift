/// The names and sizes of a layer normalization's parameters: gain and bias, `[width]`.
struct LayerNormShape {
  private let name: String
  let width: Int

  init(_ name: String, _ width: Int) {
    self.name = name
    self.width = width
  }

  var gain: ParameterGroup { ParameterGroup(name + ".weight", [width], .ones) }

  var bias: ParameterGroup { ParameterGroup(name + ".bias", [width], .zeros) }

  /// The parameters in the order of the buffer.
  var groups: [ParameterGroup] { [gain, bias] }
}
