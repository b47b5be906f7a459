import Kernels

/// Copies of a linear map's weights for its products, made once per step.
struct LinearCopies {
  /// `[input, output]`, for the forward pass.
  let transposed: RightOperand
  /// Pairs of the weights as they are, `[output, input]`, for the backward pass in BF16.
  private let pairs: Matrix?

  init(_ shape: LinearShape, _ precision: TrainingConfiguration.Precision, in arena: Arena) {
    let (input, output) = (shape.input, shape.output)
    let isPaired = precision == .bfloat16
    transposed = RightOperand(arena.matrix(input, output), pairs: isPaired ? arena.pairs(input, output) : nil)
    pairs = isPaired ? arena.pairs(output, input) : nil
  }

  /// Copies the weights again.
  func update(from linear: Linear) {
    transpose(linear.weights, into: transposed.matrix)
    transposed.updatePairs()
    weights(of: linear).updatePairs()
  }

  /// `[output, input]`, for the backward pass.
  func weights(of linear: Linear) -> RightOperand { RightOperand(linear.weights, pairs: pairs) }
}
