import COpenBLAS

/// How an operand of a matrix product is read.
package enum Orientation {
  case asIs, transposed

  fileprivate var blas: CBLAS_TRANSPOSE { self == .asIs ? CblasNoTrans : CblasTrans }
}

/// Makes each product run on the thread that asks for it.
///
/// To be called before the first product. Trials are the parallel axis, and a product split over
/// threads would add up in another order.
package func useOneThreadPerProduct() { openblas_set_num_threads(1) }

/// `c = scale · a · b`, or `c += scale · a · b`, by OpenBLAS.
///
/// - Parameter a: `[m, k]` as it is read.
/// - Parameter b: `[k, n]` as it is read.
/// - Parameter c: `[m, n]`, written.
package func matmul(
  _ a: Matrix, _ aOrientation: Orientation, _ b: Matrix, _ bOrientation: Orientation = .asIs, into c: Matrix,
  adding: Bool = false, scale: Float = 1
) {
  let (m, k) = aOrientation == .asIs ? (a.rows, a.columns) : (a.columns, a.rows)
  let (inner, n) = bOrientation == .asIs ? (b.rows, b.columns) : (b.columns, b.rows)
  precondition(
    k == inner && c.rows == m && c.columns == n,
    "a product of \(m) × \(k) and \(inner) × \(n) into \(c.rows) × \(c.columns)")
  guard m > 0, n > 0 else { return }
  guard k > 0 else {
    if !adding { c.fill(with: 0) }
    return
  }
  unsafe cblas_sgemm(
    CblasRowMajor, aOrientation.blas, bOrientation.blas, blasint(m), blasint(n), blasint(k), scale,
    a.base, blasint(a.stride), b.base, blasint(b.stride), adding ? 1 : 0, c.base, blasint(c.stride))
}

/// `c = a · b`, or `c += a · b`.
package func matmul(_ a: Matrix, _ b: Matrix, into c: Matrix, adding: Bool = false) {
  matmul(a, .asIs, b, into: c, adding: adding)
}
