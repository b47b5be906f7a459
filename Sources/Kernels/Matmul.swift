import CSIMD

/// How the left operand of a matrix product is read.
package enum Orientation {
  case asIs, transposed
}

/// `c = scale · a · b`, or `c += a · b` (then `scale` is 1).
///
/// Each element adds its products in the order of k, whatever the shapes, so a product's bits do not depend on how the work is divided.
/// There is no product with a transposed right operand: use `transpose(_:into:)`; transposed weights are kept.
///
/// - Parameter a: `[m, k]`, in the order in which it is read.
/// - Parameter b: `[k, n]`
/// - Parameter c: `[m, n]`, written.
package func matmul(
  _ a: Matrix, _ orientation: Orientation, _ b: Matrix, into c: Matrix, adding: Bool = false, scale: Float = 1
) {
  let (m, k) = orientation == .asIs ? (a.rows, a.columns) : (a.columns, a.rows)
  precondition(
    k == b.rows && c.rows == m && c.columns == b.columns,
    "a product of \(m) × \(k) and \(b.rows) × \(b.columns) into \(c.rows) × \(c.columns)")
  precondition(!adding || scale == 1, "adding to a product scaled by \(scale)")
  unsafe csimd_multiply(
    orientation == .transposed, m, b.columns, k, a.base, a.stride, b.base, b.stride, c.base, c.stride, adding, scale)
}

/// `c = a · b`, or `c += a · b`.
package func matmul(_ a: Matrix, _ b: Matrix, into c: Matrix, adding: Bool = false) {
  matmul(a, .asIs, b, into: c, adding: adding)
}

/// `y = xᵀ`.
///
/// - Parameter x: `[rows, columns]`
/// - Parameter y: `[columns, rows]`, written.
package func transpose(_ x: Matrix, into y: Matrix) {
  precondition(x.rows == y.columns && x.columns == y.rows, "\(x.rows) × \(x.columns) into \(y.rows) × \(y.columns)")
  unsafe csimd_transpose(x.rows, x.columns, x.base, x.stride, y.base, y.stride)
}

/// Runs multiply-adds in registers only, to measure the peak rate for comparison.
///
/// - Returns: The number of floating-point operations.
package func runPeakLoop(rounds: Int) -> Double { csimd_peak(rounds) }
