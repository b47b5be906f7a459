/// Decomposes the values of a grid's cells into a grand mean, main effects and pairwise effects.
///
/// On a complete grid, these are differences of marginal means. On a partial grid, they are the least-squares fit whose
/// effects sum to 0 over each axis, which gives the same in the complete case.
///
/// Source: Searle, *Linear Models*, 1971, chapter 7, on unbalanced data.
struct FactorialFit {
  /// Main effects by axis and value, followed by pairwise effects by pair and both values, the second varying fastest.
  struct Effects {
    var grandMean: Double
    var mains: [[Double]]
    var pairs: [[Double]]
  }

  /// The mean squares of the effects over the grid.
  struct Variances {
    /// The mean squares of each axis, then of each pair.
    var terms: [Double]
    /// The mean square of everything, including the residual.
    var total: Double
  }

  /// The fitted pairs of axes: all, or none if the trials do not determine them.
  let pairs: [(first: Int, second: Int)]

  /// Whether each cell has exactly one trial.
  let isComplete: Bool

  var termCount: Int { sizes.count + pairs.count }

  /// For each axis, the position of each value among those that occur.
  private let positions: [[Int?]]

  /// The number of values of each axis that occur.
  private let sizes: [Int]

  /// `[trials][axes]`: positions.
  private let rows: [[Int]]

  /// The least-squares solver; `nil` if marginal means suffice.
  private let leastSquares: LeastSquares?

  /// The maximum number of columns for a least-squares fit with pairs, whose normal equations take time proportional to the number
  /// of columns squared times the number of trials: half a second for 3,000 trials.
  private static let columnLimit = 500

  /// - Returns: `nil` if the trials do not determine the axes' effects.
  init?(levels: [[Int]], valueCounts: [Int]) {
    guard !levels.isEmpty else { return nil }
    let positions = valueCounts.indices.map { axis in
      let seen = Set(levels.map { $0[axis] })
      var next = 0
      return (0..<valueCounts[axis]).map { value -> Int? in
        guard seen.contains(value) else { return nil }
        next += 1
        return next - 1
      }
    }
    let sizes = positions.map { $0.count { $0 != nil } }
    let rows = levels.map { line in zip(line, positions).map { level, positions in positions[level]! } }
    let all = sizes.indices.flatMap { first in sizes.indices.dropFirst(first + 1).map { (first: first, second: $0) } }
    let isFull = Self.isFull(rows, sizes)
    self.positions = positions
    self.sizes = sizes
    self.rows = rows
    isComplete = isFull && sizes == valueCounts
    if isFull {
      (pairs, leastSquares) = (all, nil)
      return
    }
    let mainCount = 1 + sizes.reduce(0) { $0 + $1 - 1 }
    guard mainCount <= rows.count else { return nil }
    let columnCount =
      mainCount + all.reduce(0) { $0 + (sizes[$1.first] - 1) * (sizes[$1.second] - 1) }
    // With as many columns as trials, anything could be fitted.
    if columnCount < rows.count, columnCount <= Self.columnLimit,
      let fit = LeastSquares(rows.map { Self.columns($0, sizes, all) })
    {
      (pairs, leastSquares) = (all, fit)
    } else if let fit = LeastSquares(rows.map { Self.columns($0, sizes, []) }) {
      (pairs, leastSquares) = ([], fit)
    } else {
      return nil
    }
  }

  /// Whether each combination of occurring values has exactly one trial.
  private static func isFull(_ rows: [[Int]], _ sizes: [Int]) -> Bool {
    var cellCount = 1
    for size in sizes where cellCount <= rows.count { cellCount *= size }
    return cellCount == rows.count && Set(rows).count == rows.count
  }

  // MARK: - Coding

  /// A trial's row of the design: 1, then each axis in effect coding, then the products of two axes' columns.
  private static func columns(_ row: [Int], _ sizes: [Int], _ pairs: [(first: Int, second: Int)]) -> [Double] {
    let mains = zip(row, sizes).map { position, size in
      (0..<size - 1).map { position == size - 1 ? -1.0 : position == $0 ? 1 : 0 }
    }
    return [1] + mains.joined()
      + pairs.flatMap { pair in mains[pair.first].flatMap { first in mains[pair.second].map { first * $0 } } }
  }

  /// The effects from the coefficients of those columns: the last value's is minus the sum of the others'.
  private func effects(from coefficients: [Double]) -> Effects {
    var rest = coefficients.dropFirst()
    func take(_ count: Int) -> [Double] {
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    let mains = sizes.map { size in
      let own = take(size - 1)
      return own + [-own.reduce(0, +)]
    }
    let pairs = pairs.map { pair in
      var lines = (0..<sizes[pair.first] - 1).map { _ in
        let own = take(sizes[pair.second] - 1)
        return own + [-own.reduce(0, +)]
      }
      lines.append((0..<sizes[pair.second]).map { column in -lines.reduce(0) { $0 + $1[column] } })
      return Array(lines.joined())
    }
    return Effects(grandMean: coefficients[0], mains: mains, pairs: pairs)
  }

  // MARK: - Values

  /// - Parameter values: One value per trial.
  func effects(of values: [Double]) -> Effects {
    if let leastSquares { return effects(from: leastSquares.solution(for: values)) }
    let grandMean = values.mean
    let count = Double(values.count)
    var mains = sizes.map { [Double](repeating: 0, count: $0) }
    for (row, value) in zip(rows, values) {
      for axis in sizes.indices { mains[axis][row[axis]] += value - grandMean }
    }
    for axis in sizes.indices {
      for position in mains[axis].indices { mains[axis][position] *= Double(sizes[axis]) / count }
    }
    let tables = pairs.map { pair in
      let (height, width) = (sizes[pair.first], sizes[pair.second])
      var table = [Double](repeating: 0, count: height * width)
      for (row, value) in zip(rows, values) { table[row[pair.first] * width + row[pair.second]] += value - grandMean }
      for cell in table.indices {
        table[cell] *= Double(height * width) / count
        table[cell] -= mains[pair.first][cell / width] + mains[pair.second][cell % width]
      }
      return table
    }
    return Effects(grandMean: grandMean, mains: mains, pairs: tables)
  }

  /// - Parameter values: The values from which the effects were computed.
  func variances(of values: [Double], _ effects: Effects) -> Variances {
    let terms = (effects.mains + effects.pairs).map { table in
      table.reduce(0) { $0 + $1 * $1 } / Double(table.count)
    }
    var residual = 0.0
    for (row, value) in zip(rows, values) {
      var rest = value - effects.grandMean
      for axis in sizes.indices { rest -= effects.mains[axis][row[axis]] }
      for (index, pair) in pairs.enumerated() {
        rest -= effects.pairs[index][row[pair.first] * sizes[pair.second] + row[pair.second]]
      }
      residual += rest * rest
    }
    return Variances(terms: terms, total: terms.reduce(0, +) + residual / Double(values.count))
  }

  /// The grand mean plus the effect of each value of each axis; `nil` for values that no trial has.
  func marginals(_ effects: Effects) -> [[Double?]] {
    zip(positions, effects.mains).map { positions, mains in
      positions.map { position in position.map { effects.grandMean + mains[$0] } }
    }
  }
}
