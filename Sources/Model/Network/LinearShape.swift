/// The names and sizes of a linear map's parameters: weights `[output, input]` and a bias `[output]`.
///
/// Maps of the same size can be stacked: each has its own names, and one product computes all of them.
struct LinearShape {
  private let names: [String]
  let input: Int
  /// The width of the output, of all stacked maps together.
  let output: Int

  /// - Parameter width: The width of the output of each map.
  init(_ names: String..., from input: Int, to width: Int) {
    self.names = names
    self.input = input
    output = names.count * width
  }

  var weights: ParameterGroup { ParameterGroup(names.map { $0 + ".weight" }, [output / names.count, input], .normal) }

  var biases: ParameterGroup { ParameterGroup(names.map { $0 + ".bias" }, [output / names.count], .zeros) }

  /// The parameters in the order of the buffer.
  var groups: [ParameterGroup] { [weights, biases] }

  /// Floating-point operations for each row, without the bias.
  var operations: Double { 2 * Double(input) * Double(output) }

  /// Floating-point operations for each row, of one of the stacked maps.
  var operationsOfOne: Double { operations / Double(names.count) }
}
