import CSIMD

/// The number of items of a row that rank above a target: those with a greater score, or an equal score and a lower id.
///
/// Item 0 is padding and does not compete. The target may or may not be in the row; if its score is NaN, nothing
/// counts.
///
/// - Parameter target: The target's id.
/// - Parameter own: The target's score.
/// - Parameter scores: `[items]`, for consecutive ids; the score of padding is overwritten.
/// - Parameter bias: `[items]`, added to the scores first.
/// - Parameter firstItem: The id of the row's first item.
package func countAbove(_ target: Int, score own: Float, in scores: Row, bias: Row, firstItem: Int) -> Int {
  precondition(target > 0 && bias.count == scores.count, "target \(target); \(bias.count) biases for \(scores.count)")
  if firstItem == 0 { scores[0] = -.infinity }
  let limit = Vector(repeating: own)
  let lower = target - firstItem
  var above = 0
  for lane in scores.lanes {
    let score = scores.load(lane, padding: -.infinity) + bias.load(lane)
    let left = min(16, scores.count - lane)
    above += countLanes(score, greaterThan: limit, first: left)
    if lane < lower { above += countLanes(score, equalTo: limit, first: min(left, lower - lane)) }
  }
  // The −∞ of padding equals a target's −∞, but does not compete.
  if firstItem == 0 && own == -.infinity { above -= 1 }
  return above
}
