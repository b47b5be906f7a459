import CSIMD

/// The rank of one item among the items of a row of scores, counted from 1.
///
/// Item 0 is padding and does not compete; equal scores rank by lower id. A target whose score is not a number ranks last.
///
/// - Parameter scores: `[classes]`
/// - Parameter bias: `[classes]`, added to the scores first.
package func rank(of target: Int, in scores: Row, bias: Row) -> Int {
  precondition(target > 0 && target < scores.count && bias.count == scores.count, "target \(target) of \(scores.count)")
  scores[0] = -.infinity
  let own = Vector(repeating: scores[target] + bias[target])
  guard own[0] == own[0] else { return scores.count - 1 }
  var above = 0
  for lane in scores.lanes {
    let score = scores.load(lane, padding: -.infinity) + bias.load(lane)
    let left = min(16, scores.count - lane)
    above += countLanes(score, greaterThan: own, first: left)
    if lane < target { above += countLanes(score, equalTo: own, first: min(left, target - lane)) }
  }
  // Padding's −∞ equals a target's −∞, yet does not compete.
  if own[0] == -.infinity { above -= 1 }
  return above + 1
}
