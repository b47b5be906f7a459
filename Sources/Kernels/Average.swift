import CSIMD

/// One step of an exponential moving average: `a ← βa + (1 − β)x`.
///
/// - Parameter decay: β, the weight of the past.
/// - Parameter average: a, of the shape of x, updated. It starts from 0, so that after t steps it is a mean times 1 − βᵗ.
package func stepAverage(of x: Row, decay: Double, into average: Row) {
  precondition(x.count == average.count, "\(x.count) values averaged in \(average.count)")
  let weight = Vector(repeating: Float(1 - decay))
  for lane in x.lanes {
    let a = average.load(lane)
    average.store(multiplyAdd(x.load(lane) - a, weight, a), lane)
  }
}

/// `y = factor · x`.
package func copy(_ x: Row, times factor: Float, into y: Row) {
  precondition(x.count == y.count, "\(x.count) values into \(y.count)")
  for lane in x.lanes { y.store(x.load(lane) * factor, lane) }
}
