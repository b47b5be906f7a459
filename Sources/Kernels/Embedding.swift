import CSIMD

/// Looks up items and positions and adds the two embeddings.
///
/// - Parameter items: `[rows]`, indices of `table`'s rows; likewise `positions`.
/// - Parameter y: `[rows, width]`, written.
package func embed(
  _ items: [Int32], in table: Matrix, positions: [Int32], in positionTable: Matrix, into y: Matrix
) {
  precondition(items.count == y.rows && positions.count == y.rows)
  for index in 0..<y.rows {
    let (item, position, to) = (table[Int(items[index])], positionTable[Int(positions[index])], y[index])
    for lane in to.lanes { to.store(item.load(lane) + position.load(lane), lane) }
  }
}

/// Adds each row's gradient to those of its item and its position.
///
/// - Parameter gradient: `[rows, width]`
package func embedBackward(
  _ gradient: Matrix, items: [Int32], to table: Matrix, positions: [Int32], to positionTable: Matrix
) {
  precondition(items.count == gradient.rows && positions.count == gradient.rows)
  for index in 0..<gradient.rows {
    add(gradient[index], times: 1, to: table[Int(items[index])])
    add(gradient[index], times: 1, to: positionTable[Int(positions[index])])
  }
}

/// Copies the rows selected by `indices`.
///
/// - Parameter y: `[indices, width]`, written.
package func gather(_ indices: [Int32], of x: Matrix, into y: Matrix) {
  precondition(indices.count == y.rows)
  for (index, source) in indices.enumerated() { y[index].copy(from: x[Int(source)]) }
}

/// Adds each row of `x` to the row selected by `indices`.
///
/// - Parameter x: `[indices, width]`
package func scatterAdd(_ x: Matrix, to indices: [Int32], of y: Matrix) {
  precondition(indices.count == x.rows)
  for (index, target) in indices.enumerated() { add(x[index], times: 1, to: y[Int(target)]) }
}
