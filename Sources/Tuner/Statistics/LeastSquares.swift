/// The least-squares coefficients of a design for given values, by normal equations and Cholesky factorization.
///
/// Designs of small integers have exact normal equations, so a linearly dependent column has a pivot of about 0.
///
/// Source: Golub and Van Loan, *Matrix Computations*, 4th edition, sections 4.2 and 5.3.2.
struct LeastSquares {
  /// `[rows][columns]`
  private let design: [[Double]]

  /// The lower triangle L with L Lᵀ = XᵀX.
  private let factor: [[Double]]

  /// - Parameter design: `[rows][columns]`, small integers.
  /// - Returns: `nil` if columns are linearly dependent.
  init?(_ design: [[Double]]) {
    let width = design[0].count
    var normal = [[Double]](repeating: [Double](repeating: 0, count: width), count: width)
    for row in design {
      for i in 0..<width where row[i] != 0 {
        let scale = row[i]
        for j in 0...i { normal[i][j] += scale * row[j] }
      }
    }
    for i in 0..<width {
      let diagonal = normal[i][i]
      for j in 0...i {
        var rest = normal[i][j]
        for k in 0..<j { rest -= normal[i][k] * normal[j][k] }
        if j < i {
          normal[i][j] = rest / normal[j][j]
        } else {
          // Rounding leaves about 1e-14; the smallest real pivot is greater than 1 / rows.
          guard rest > 1e-9 * diagonal else { return nil }
          normal[i][i] = rest.squareRoot()
        }
      }
    }
    self.design = design
    factor = normal
  }

  /// - Parameter values: One value per row of the design.
  func solution(for values: [Double]) -> [Double] {
    var solution = [Double](repeating: 0, count: factor.count)
    for (row, value) in zip(design, values) {
      for column in solution.indices { solution[column] += value * row[column] }
    }
    for i in solution.indices {
      for k in 0..<i { solution[i] -= factor[i][k] * solution[k] }
      solution[i] /= factor[i][i]
    }
    for i in solution.indices.reversed() {
      for k in solution.indices.dropFirst(i + 1) { solution[i] -= factor[k][i] * solution[k] }
      solution[i] /= factor[i][i]
    }
    return solution
  }
}
