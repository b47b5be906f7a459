/// Rows of numbers, which the scalar twins compute with.
typealias Plain = [[Double]]

extension Plain {
  var transposed: Plain {
    (first ?? []).indices.map { column in map { row in row[column] } }
  }

  /// The matrix product `self · other`.
  func times(_ other: Plain) -> Plain {
    let columns = other.transposed
    return map { row in columns.map { column in dot(row, column) } }
  }

  /// Every element changed by a function of its place and value.
  func mapElements(_ change: (_ row: Int, _ column: Int, _ value: Double) -> Double) -> Plain {
    enumerated().map { row, values in values.enumerated().map { column, value in change(row, column, value) } }
  }

  func plus(_ other: Plain, times factor: Double = 1) -> Plain {
    mapElements { row, column, value in value + factor * other[row][column] }
  }

  /// The sum of the products of corresponding elements.
  func inner(_ other: Plain) -> Double { zip(self, other).reduce(0) { $0 + dot($1.0, $1.1) } }

  /// The sum of each column, beginning at `start`.
  func columnSums(from start: [Double]) -> [Double] {
    reduce(start) { sums, row in zip(sums, row).map { $0 + $1 } }
  }
}

func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

/// The derivative of `function` at `x` in a direction, by central differences.
func slope(at x: Plain, along direction: Plain, of function: (Plain) -> Double) -> Double {
  let step = 1e-5
  return (function(x.plus(direction, times: step)) - function(x.plus(direction, times: -step))) / (2 * step)
}
