import CSIMD

/// The square root of the sum of squares.
package func norm(_ x: Row) -> Double {
  var total = 0.0
  for start in stride(from: 0, to: x.count, by: 4096) {
    let part = x.slice(at: start, count: min(4096, x.count - start))
    var squares = Vector.zero
    for lane in part.lanes { squares = multiplyAdd(part.load(lane), part.load(lane), squares) }
    total += Double(sum(squares))
  }
  return total.squareRoot()
}

/// Multiplies every element by `factor`.
package func scale(_ x: Row, by factor: Float) {
  for lane in x.lanes { x.store(x.load(lane) * factor, lane) }
}
