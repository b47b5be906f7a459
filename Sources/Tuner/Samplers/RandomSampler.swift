/// Draws points uniformly from a space: draw *k* is a function of the seed and *k* alone.
///
/// Over finitely many cells the draws are a random order of them, so none comes twice and `count` draws are the
/// grid. With a continuous parameter, every parameter of every draw is independent of all else, its lists included. So it is with
/// more than 2⁶² cells, where among 100,000 draws one comes twice with a probability below 10⁻⁸; it then counts once.
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

extension RandomSampler {
  /// The first draws that are possible, in their order.
  ///
  /// Fewer than `limit` where the space has no more, or where nobody finds them: it gives up after `patience` draws in a row that
  /// are impossible.
  ///
  /// - Parameter isPossible: Asked once for each draw up to the last that is given back.
  public func draws(_ limit: Int, where isPossible: (Hyperparameters) -> Bool) -> [Hyperparameters] {
    var points: [Hyperparameters] = []
    var (number, missCount) = (0, 0)
    while points.count < limit, number < count ?? .max, missCount < Self.patience {
      let point = draw(number)
      number += 1
      if isPossible(point) {
        points.append(point)
        missCount = 0
      } else {
        missCount += 1
      }
    }
    return points
  }

  /// Impossible draws in a row after which no further one is looked for; every space that an exhaustive search can try is smaller.
  static let patience = SearchSpace.largestGrid
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
