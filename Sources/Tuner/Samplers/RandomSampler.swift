/// Draws points uniformly from a space: draw *k* is a function of the seed and *k* alone.
///
/// Over finitely many cells the draws are a random order of them, so none occurs twice and `count` draws are the
/// grid. With a continuous parameter, all parameters of all draws are independent, including lists. The same holds for
/// more than 2⁶² cells: the probability that a draw occurs twice among 100,000 is below 10⁻⁸, and it then counts once.
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
        var generator = SplitMix64(seed, RandomStream.draw.rawValue, UInt64(number), name)
        return Hyperparameters.Pair(
          name: parameter.name, value: parameter.distribution.value(at: generator.nextUniform()))
      })
  }
}

extension RandomSampler {
  /// The first possible draws, in order.
  ///
  /// Fewer than `limit` if the space has no more, or if they are not found: the search gives up after `patience`
  /// consecutive impossible draws.
  ///
  /// - Parameter isPossible: Called once for each draw, up to the last one returned.
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

  /// The number of consecutive impossible draws after which the search gives up.
  ///
  /// No space that can be searched exhaustively is larger.
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
