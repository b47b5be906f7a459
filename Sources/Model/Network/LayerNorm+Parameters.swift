import Kernels

extension LayerNorm {
  /// The normalization with these parameters.
  ///
  /// - Parameter module: The name of the module that it belongs to; empty for none.
  init(_ shape: LayerNormShape, inside module: String = "", of parameters: Parameters, epsilon: Double) {
    self.init(
      gain: parameters.row(shape.gain.inside(module)), bias: parameters.row(shape.bias.inside(module)),
      epsilon: Float(epsilon))
  }
}
