import Kernels

/// The parameters of a linear map `y = x · Wᵀ + b`, or their gradients.
struct Linear {
  let weights: Matrix  // [output, input]
  let bias: Row  // [output]

  /// - Parameter module: The name of the module that the map belongs to; empty for none.
  init(_ shape: LinearShape, inside module: String = "", of parameters: Parameters) {
    weights = parameters.matrix(shape.weights.inside(module))
    bias = parameters.row(shape.biases.inside(module))
  }
}
