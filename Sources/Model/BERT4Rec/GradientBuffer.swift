import Kernels

/// A buffer for the gradients of BERT4Rec's parameters.
///
/// A network can exchange it for another, so that a part's gradients can wait for their turn without being copied.
final class GradientBuffer {
  let parameters: Parameters
  let views: BERT4RecViews

  init(_ shape: BERT4RecShape, layout: ParameterLayout, _ network: NetworkConfiguration) {
    parameters = Parameters(layout: layout)
    views = BERT4RecViews(shape, of: parameters, network)
  }
}
