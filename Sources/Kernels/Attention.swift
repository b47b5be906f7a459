import CSIMD

/// The attention of one head within one sequence.
///
/// `context = dropout(softmax(q · kᵀ · scale)) · v`. Sequences have their true length, so padding needs no mask: RecBole adds
/// −10000 to padded keys, whose probability is then exactly 0 in 32 bits. In causal attention, a query sees only the keys up to its
/// own place; the products leave out most of the others.
///
/// Source: Vaswani et al., *Attention Is All You Need*, 2017, sections 3.2.1 and 3.2.3.
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
  ///
  /// Those of keys that a query does not see are 0, or not written if no query of its `Panel` sees them.
  package let probabilities: Matrix

  /// The place of each query among the keys, in increasing order, of which it sees those up to its own; `nil` if each query sees all keys.
  package let places: [Int32]?

  package init(
    query: Matrix, key: Matrix, value: Matrix, scale: Float, probabilities: Matrix, places: [Int32]? = nil
  ) {
    precondition(key.rows == value.rows && query.columns == key.columns && query.rows == probabilities.rows)
    precondition(probabilities.columns == roundedToLanes(key.rows))
    if let places {
      precondition(places.count == query.rows && places.last.map { Int($0) < key.rows } ?? true)
    }
    self.query = query
    self.key = key
    self.value = value
    self.scale = scale
    self.probabilities = probabilities
    self.places = places
  }

  /// Neighboring queries, whose products have the keys that any of them sees.
  private struct Panel {
    let first: Int
    let count: Int
    let keys: Int

    /// The panel's part of a matrix with a row for each query and a column for each key.
    func of(_ matrix: Matrix) -> Matrix { queries(of: matrix).columns(from: 0, count: keys) }

    /// The panel's rows of a matrix with a row for each query.
    func queries(of matrix: Matrix) -> Matrix { matrix.rows(from: first, count: count) }
  }

  /// The number of queries of a panel: few enough to leave out nearly half of the products, and enough for these to be fast.
  private static let panelRows = 48

  private func forEachPanel(_ body: (Panel) -> Void) {
    guard let places else { return body(Panel(first: 0, count: query.rows, keys: key.rows)) }
    for first in stride(from: 0, to: query.rows, by: Self.panelRows) {
      let count = min(Self.panelRows, query.rows - first)
      body(Panel(first: first, count: count, keys: Int(places[first + count - 1]) + 1))
    }
  }

  /// The number of keys that a query sees.
  private func visibleKeys(_ query: Int) -> Int { places.map { Int($0[query]) + 1 } ?? key.rows }

  /// - Parameter mask: Drawn for the shape of `probabilities`; the head's first row is `firstRow`.
  /// - Parameter scratch: `[queries, keys rounded up to 16]`, overwritten.
  /// - Parameter transposed: `[width, keys rounded up to 16]`, overwritten.
  /// - Parameter context: `[queries, width]`, written.
  /// - Parameter room: For products in BF16; likewise below.
  package func forward(
    _ mask: DropoutMask, firstRow: Int, _ rate: DropoutRate, scratch: Matrix, transposed: Matrix,
    into context: Matrix, room: PairRoom? = nil
  ) {
    let keyColumns = RightOperand(transposing: key, into: transposed.columns(from: 0, count: key.rows), room: room)
    forEachPanel { panel in
      matmul(
        panel.queries(of: query), .asIs, keyColumns.columns(from: 0, count: panel.keys), into: panel.of(probabilities),
        scale: scale, room: room)
    }
    forEachPanel { panel in
      for index in panel.first..<panel.first + panel.count {
        normalize(index, of: panel, mask, maskRow: firstRow + index, rate, into: scratch)
      }
      let seen = RightOperand(value.rows(from: 0, count: panel.keys))
      matmul(panel.of(scratch), .asIs, seen, into: panel.queries(of: context), room: room)
    }
  }

  /// Turns a query's scores into probabilities, and writes those that dropout keeps.
  @inline(__always)
  private func normalize(
    _ index: Int, of panel: Panel, _ mask: DropoutMask, maskRow: Int, _ rate: DropoutRate, into scratch: Matrix
  ) {
    let row = probabilities.columns(from: 0, count: roundedToLanes(panel.keys))[index]
    let scores = probabilities.columns(from: 0, count: visibleKeys(index))[index]
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
    for lane in scores.lanes {
      let probability = row.load(lane) * inverse
      if rate.isActive {
        let word = mask.word(maskRow, lane)
        row.store(negate(probability, unlessIn: word), lane)
        kept.store(keepLanes(word, of: probability) * rate.scale, lane)
      } else {
        row.store(probability, lane)
        kept.store(probability, lane)
      }
    }
    for lane in row.lanes(from: roundedToLanes(scores.count)) {
      row.store(.zero, lane)
      kept.store(.zero, lane)
    }
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
    if places != nil {
      // Panels add to them.
      keyGradient.fill(with: 0)
      valueGradient.fill(with: 0)
    }
    forEachPanel { panel in
      for index in panel.first..<panel.first + panel.count {
        let row = probabilities.columns(from: 0, count: roundedToLanes(panel.keys))[index]
        let kept = scratch[index]
        for lane in row.lanes { kept.store(maximum(row.load(lane), .zero) * rate.scale, lane) }
      }
      matmul(
        panel.of(scratch), .transposed, RightOperand(panel.queries(of: contextGradient)),
        into: valueGradient.rows(from: 0, count: panel.keys), adding: places != nil, room: room)
    }
    let valueColumns = RightOperand(
      transposing: value, into: transposed.columns(from: 0, count: key.rows), room: room)
    forEachPanel { panel in
      matmul(
        panel.queries(of: contextGradient), .asIs, valueColumns.columns(from: 0, count: panel.keys),
        into: panel.of(scratch), room: room)
    }
    forEachPanel { panel in
      let used = panel.of(scratch)
      for index in 0..<panel.count { scoreGradient(of: panel.first + index, rate, in: used[index]) }
      matmul(
        used, .asIs, RightOperand(key.rows(from: 0, count: panel.keys)), into: panel.queries(of: queryGradient),
        room: room)
      matmul(
        used, .transposed, RightOperand(panel.queries(of: query)), into: keyGradient.rows(from: 0, count: panel.keys),
        adding: places != nil, room: room)
    }
  }

  /// The gradient of a query's scores in place of that of its kept probabilities.
  @inline(__always)
  private func scoreGradient(of query: Int, _ rate: DropoutRate, in gradient: Row) {
    let row = probabilities[query]
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
}
