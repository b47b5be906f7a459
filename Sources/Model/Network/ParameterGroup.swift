/// Parameters of the same shape that stand next to each other in memory, so that they can also be used as one.
struct ParameterGroup: Equatable {
  /// RecBole's names, in the order of the buffer.
  let names: [String]
  /// The shape of each, outermost axis first.
  let shape: [Int]
  let initial: ParameterLayout.Initial

  init(_ names: [String], _ shape: [Int], _ initial: ParameterLayout.Initial) {
    self.names = names
    self.shape = shape
    self.initial = initial
  }

  init(_ name: String, _ shape: [Int], _ initial: ParameterLayout.Initial) { self.init([name], shape, initial) }

  /// The number of elements of all parameters.
  var count: Int { names.count * shape.reduce(1, *) }

  /// The same parameters of one of several equal modules, whose name precedes theirs.
  func inside(_ module: String) -> ParameterGroup {
    module.isEmpty ? self : ParameterGroup(names.map { module + "." + $0 }, shape, initial)
  }
}
