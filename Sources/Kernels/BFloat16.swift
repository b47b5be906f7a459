import CSIMD

extension InstructionSet {
  /// Whether the kernels are compiled for products in BF16; the CPU must then have the flag `avx512_bf16`.
  package static let hasBFloat16 = csimd_has_pairs
}

/// The right operand of products, which several of them may read.
package struct RightOperand {
  /// `[k, n]`
  package let matrix: Matrix
  /// `[k / 2 rounded up, n]`: pairs of BF16 in the place of floats; `nil` if each product in BF16 makes its own.
  package let pairs: Matrix?

  package init(_ matrix: Matrix, pairs: Matrix? = nil) {
    self.matrix = matrix
    self.pairs = pairs
  }

  /// `xᵀ` as the right operand of the next product.
  ///
  /// - Parameter y: `[columns, rows]`, which becomes `xᵀ` unless there is room for its pairs.
  package init(transposing x: Matrix, into y: Matrix, room: PairRoom?) {
    if room == nil { transpose(x, into: y) }
    self.init(y, pairs: room?.pairs(transposing: x))
  }

  /// Makes the pairs again from the matrix, which has changed.
  package func updatePairs() {
    if let pairs { pairRows(matrix, into: pairs) }
  }

  /// `count` columns, starting at `first`.
  package func columns(from first: Int, count: Int) -> RightOperand {
    RightOperand(
      matrix.columns(from: first, count: count), pairs: pairs?.columns(from: first, count: count))
  }

  /// `count` rows, starting at `first`.
  package func rows(from first: Int, count: Int) -> RightOperand {
    // The second element of a single last pair meets a 0 of the left operand.
    let own = first.isMultiple(of: 2) ? pairs?.rows(from: first / 2, count: (count + 1) / 2) : nil
    return RightOperand(matrix.rows(from: first, count: count), pairs: own)
  }
}

/// Room for both operands of one product in BF16.
package struct PairRoom {
  private let left: Row
  private let right: Row

  /// - Parameter left: At least `count(rows:columns:)` floats of the largest operand; likewise `right`.
  package init(left: Row, right: Row) {
    self.left = left
    self.right = right
  }

  /// The number of floats that the pairs of an operand take at most, whichever of its elements are neighbors.
  package static func count(rows: Int, columns: Int) -> Int {
    max(rows * roundedToLanes((columns + 1) / 2), (rows + 1) / 2 * spaced(columns))
  }

  /// The distance of rows of pairs, of which a multiple of 1 KiB would evict each other from the first-level cache.
  private static func spaced(_ columns: Int) -> Int {
    let room = roundedToLanes(columns)
    return room % 256 == 0 ? room + 16 : room
  }

  /// A left operand's pairs of neighbors along k.
  fileprivate func pairs(of a: Matrix, _ orientation: Orientation) -> Matrix {
    guard orientation == .asIs else { return pairedRows(a, in: left) }
    let (columns, stride) = ((a.columns + 1) / 2, roundedToLanes((a.columns + 1) / 2))
    let pairs = left.slice(at: 0, count: a.rows * stride).matrix(rows: a.rows, columns: stride)
    unsafe csimd_pair_columns(a.rows, a.columns, a.base, a.stride, pairs.base, stride)
    return pairs.columns(from: 0, count: columns)
  }

  /// A right operand's pairs.
  fileprivate func pairs(of b: Matrix) -> Matrix { pairedRows(b, in: right) }

  /// The pairs of a right operand that is given transposed.
  fileprivate func pairs(transposing x: Matrix) -> Matrix {
    let columns = pairs(of: x, .asIs)
    let stride = Self.spaced(x.rows)
    let pairs = right.slice(at: 0, count: columns.columns * stride).matrix(rows: columns.columns, columns: stride)
      .columns(from: 0, count: x.rows)
    transpose(columns, into: pairs)
    return pairs
  }

  private func pairedRows(_ x: Matrix, in room: Row) -> Matrix {
    let (rows, stride) = ((x.rows + 1) / 2, Self.spaced(x.columns))
    let pairs = room.slice(at: 0, count: rows * stride).matrix(rows: rows, columns: stride)
      .columns(from: 0, count: x.columns)
    pairRows(x, into: pairs)
    return pairs
  }
}

/// Rounds a matrix to BF16, with pairs of neighbors in a column.
///
/// - Parameter x: `[rows, columns]`
/// - Parameter pairs: `[rows / 2 rounded up, columns]`, written; its rows are a multiple of 16 floats apart.
private func pairRows(_ x: Matrix, into pairs: Matrix) {
  precondition(
    pairs.rows == (x.rows + 1) / 2 && pairs.columns == x.columns && pairs.stride >= roundedToLanes(x.columns),
    "\(x.rows) × \(x.columns) into \(pairs.rows) × \(pairs.columns) pairs")
  unsafe csimd_pair_rows(x.rows, x.columns, x.base, x.stride, pairs.base, pairs.stride)
}

/// `c = scale · a · b`, or `c += a · b`: in 32 bits without room, otherwise of operands rounded to BF16, with sums of 32 bits.
///
/// In BF16, each element adds two products at a time in the order of k; of these, the second one first. Numbers below the least normal
/// one count as 0.
package func matmul(
  _ a: Matrix, _ orientation: Orientation, _ b: RightOperand, into c: Matrix, adding: Bool = false, scale: Float = 1,
  room: PairRoom?
) {
  guard let room else { return matmul(a, orientation, b.matrix, into: c, adding: adding, scale: scale) }
  let left = room.pairs(of: a, orientation)
  let right = b.pairs ?? room.pairs(of: b.matrix)
  let (m, k) = orientation == .asIs ? (a.rows, a.columns) : (a.columns, a.rows)
  precondition(
    k == b.matrix.rows && right.rows == (k + 1) / 2 && c.rows == m && c.columns == right.columns,
    "a product of \(m) × \(k) and \(b.matrix.rows) × \(right.columns) into \(c.rows) × \(c.columns)")
  precondition(!adding || scale == 1, "adding to a product scaled by \(scale)")
  unsafe csimd_multiply_pairs(
    orientation == .transposed, m, right.columns, right.rows, left.base, left.stride, right.base, right.stride, c.base,
    c.stride, adding, scale)
}
