import CSIMD

/// The attention of one head within one sequence.
///
/// `context = dropout(softmax(q · kᵀ · scale)) · v`. Sequences have their true length, so no mask is needed: RecBole adds
/// −10000 to padded keys, whose probability is then exactly 0 in 32 bits.
///
/// Source: Vaswani et al., *Attention Is All You Need*, 2017, section 3.2.1.
package struct AttentionHead {
  /// `[queries, width]`
  package let query: Matrix
  /// `[keys, width]`
  package let key: Matrix
  /// `[keys, width]`
  package let value: Matrix
  /// 1 / √width
  package let scale: Float

  /// `[queries, keys rounded up to 16]`: the probabilities before dropout; those removed by dropout are negative.
  package let probabilities: Matrix

  package init(query: Matrix, key: Matrix, value: Matrix, scale: Float, probabilities: Matrix) {
    precondition(key.rows == value.rows && query.columns == key.columns && query.rows == probabilities.rows)
    precondition(probabilities.columns == roundedToLanes(key.rows))
    self.query = query
    self.key = key
    self.value = value
    self.scale = scale
    self.probabilities = probabilities
  }

  /// - Parameter mask: Drawn for the shape of `probabilities`; the head's first row is `firstRow`.
  /// - Parameter scratch: `[queries, keys rounded up to 16]`, overwritten.
  /// - Parameter transposed: `[width, keys rounded up to 16]`, overwritten.
  /// - Parameter context: `[queries, width]`, written.
  /// - Parameter room: For products in BF16; likewise below.
  package func forward(
    _ mask: DropoutMask, firstRow: Int, _ rate: DropoutRate, scratch: Matrix, transposed: Matrix,
    into context: Matrix, room: PairRoom? = nil
  ) {
    let keys = key.rows
    let keyColumns = RightOperand(transposing: key, into: transposed.columns(from: 0, count: keys), room: room)
    matmul(query, .asIs, keyColumns, into: probabilities.columns(from: 0, count: keys), scale: scale, room: room)
    for index in 0..<probabilities.rows {
      let row = probabilities[index]
      let scores = probabilities.columns(from: 0, count: keys)[index]
      var top = Vector(repeating: -.infinity)
      for lane in scores.lanes { top = maximum(top, scores.load(lane, padding: -.infinity)) }
      let shift = Vector(repeating: largest(top))
      var total = Vector.zero
      for lane in scores.lanes {
        let power = exponential(scores.load(lane, padding: -.infinity) - shift)
        row.store(power, lane)
        total += power
      }
      let inverse = 1 / sum(total)
      let kept = scratch[index]
      for lane in row.lanes {
        let probability = row.load(lane) * inverse
        if rate.isActive {
          let word = mask.word(firstRow + index, lane)
          row.store(negate(probability, unlessIn: word), lane)
          kept.store(keepLanes(word, of: probability) * rate.scale, lane)
        } else {
          row.store(probability, lane)
          kept.store(probability, lane)
        }
      }
    }
    matmul(scratch.columns(from: 0, count: keys), .asIs, RightOperand(value), into: context, room: room)
  }

  /// The gradients of query, key and value from that of the context.
  ///
  /// With p the probabilities, m the dropout's factor and g = m · (dContext · vᵀ): `dScores = p · (g − Σ p g) · scale`.
  ///
  /// - Parameter contextGradient: `[queries, width]`
  /// - Parameter scratch: `[queries, keys rounded up to 16]`, overwritten.
  /// - Parameter transposed: `[width, keys rounded up to 16]`, overwritten.
  /// - Parameter queryGradient: `[queries, width]`, written; likewise key's and value's, `[keys, width]`.
  package func backward(
    contextGradient: Matrix, _ rate: DropoutRate, scratch: Matrix, transposed: Matrix, queryGradient: Matrix,
    keyGradient: Matrix, valueGradient: Matrix, room: PairRoom? = nil
  ) {
    let keys = key.rows
    let used = scratch.columns(from: 0, count: keys)
    for index in 0..<probabilities.rows {
      let (row, kept) = (probabilities[index], scratch[index])
      for lane in row.lanes { kept.store(maximum(row.load(lane), .zero) * rate.scale, lane) }
    }
    matmul(used, .transposed, RightOperand(contextGradient), into: valueGradient, room: room)
    let valueColumns = RightOperand(transposing: value, into: transposed.columns(from: 0, count: keys), room: room)
    matmul(contextGradient, .asIs, valueColumns, into: used, room: room)
    for index in 0..<probabilities.rows {
      let row = probabilities[index]
      let gradient = used[index]
      var total = Vector.zero
      for lane in gradient.lanes {
        let signed = row.load(lane)
        let kept = select(.zero, isLessThan: signed, then: gradient.load(lane) * rate.scale, otherwise: .zero)
        gradient.store(kept, lane)
        total = multiplyAdd(magnitude(signed), kept, total)
      }
      let mean = Vector(repeating: sum(total))
      for lane in gradient.lanes {
        gradient.store(magnitude(row.load(lane)) * (gradient.load(lane) - mean) * scale, lane)
      }
    }
    matmul(used, .asIs, RightOperand(key), into: queryGradient, room: room)
    matmul(used, .transposed, RightOperand(query), into: keyGradient, room: room)
  }
}
