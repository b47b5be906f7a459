/// Draws points uniformly from a space: draw *k* is a function of the seed and *k* alone.
///
/// With finitely many cells, the draws are a random permutation of the cells: none is drawn twice, and `count` draws are the
/// whole grid. With a continuous parameter, all parameters of all draws are independent, including lists.
public struct RandomSampler: Sendable {
  private let space: SearchSpace
  private let seed: UInt64
  private let finite: (cells: Cells, order: KeyedPermutation)?

  public init(_ space: SearchSpace, seed: Int) {
    self.space = space
    self.seed = UInt64(bitPattern: Int64(seed))
    finite = Cells(space).map { ($0, KeyedPermutation(count: $0.count, seed: UInt64(bitPattern: Int64(seed)))) }
  }

  /// The number of possible draws; `nil` without a limit.
  public var count: Int? { finite?.cells.count }

  /// - Parameter number: The number of the draw, from 0 up to `count`.
  public func draw(_ number: Int) -> Hyperparameters {
    if let finite { return finite.cells[finite.order[number]] }
    return Hyperparameters(
      space.parameters.map { parameter in
        let name = parameter.name.utf8.reduce(into: 0 as UInt64) { key, byte in
          var generator = SplitMix64(key, UInt64(byte))
          key = generator.next()
        }
        var generator = SplitMix64(seed, SamplerStream.draw.rawValue, UInt64(number), name)
        return Hyperparameters.Pair(
          name: parameter.name, value: parameter.distribution.value(at: generator.nextUniform()))
      })
  }
}

extension SearchSpace {
  /// The cells of `grid()`, in the order in which a random sampler with this seed draws them.
  ///
  /// Throws if a parameter has no list of values.
  public func shuffledGrid(seed: Int) throws(SearchSpaceError) -> [Hyperparameters] {
    let cells = try grid()
    let order = KeyedPermutation(count: cells.count, seed: UInt64(bitPattern: Int64(seed)))
    return (0..<cells.count).map { cells[order[$0]] }
  }
}
