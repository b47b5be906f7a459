import Kernels
import Testing

/// A matrix of test values amid guards that no kernel may use or write.
///
/// A row of guards stands before it and one after; a column of them before each row and two after.
/// So its rows are a stride apart and begin anywhere, and an element too many shows.
struct Framed {
  let matrix: Matrix
  private let surroundings: Matrix

  /// Far above the test values, so that a sum with it differs, and exact, so that a write over it does.
  private static let guardValue: Float = 977.5

  /// - Parameter value: The element at a row and a column.
  init(rows: Int, columns: Int, value: (_ row: Int, _ column: Int) -> Float = { _, _ in 0 }) {
    let buffer = FloatBuffer(count: (rows + 2) * (columns + 3))
    // A view does not keep its buffer; a test's buffers are small and are never freed.
    _ = unsafe Unmanaged.passRetained(buffer)
    surroundings = buffer.matrix(rows: rows + 2, columns: columns + 3)
    surroundings.fill(with: Self.guardValue)
    matrix = surroundings.rows(from: 1, count: rows).columns(from: 1, count: columns)
    for row in 0..<rows {
      for column in 0..<columns { matrix[row, column] = value(row, column) }
    }
  }

  /// Values drawn uniformly from a range.
  init(rows: Int, columns: Int, in range: ClosedRange<Float> = -1...1, using stream: inout RandomStream) {
    self.init(rows: rows, columns: columns) { _, _ in Float.random(in: range, using: &stream) }
  }

  /// One row.
  init(_ values: [Float]) { self.init(rows: 1, columns: values.count) { _, column in values[column] } }

  /// The first row.
  var row: Row { matrix[0] }

  /// The elements, for a twin to compute with.
  var plain: Plain { (0..<matrix.rows).map { row in matrix[row].values.map(Double.init) } }

  /// Whether every guard has its value.
  var isFrameIntact: Bool {
    (0..<surroundings.rows).allSatisfy { row in
      (0..<surroundings.columns).allSatisfy { column in
        let isInside = row > 0 && row <= matrix.rows && column > 0 && column <= matrix.columns
        return isInside || surroundings[row, column] == Self.guardValue
      }
    }
  }
}

/// Expects every element near the twin's and the frame as it was.
///
/// - Parameter tolerance: The largest difference, times the twin's magnitude where that is above 1.
///   NaN is near NaN alone.
func expect(
  _ found: Framed, near wanted: Plain, within tolerance: Double, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.isFrameIntact, "a guard was overwritten", sourceLocation: sourceLocation)
  #expect(found.matrix.rows == wanted.count, sourceLocation: sourceLocation)
  for (index, pair) in zip(found.plain, wanted).enumerated() {
    #expect(pair.0.count == pair.1.count, sourceLocation: sourceLocation)
    let far = zip(pair.0, pair.1).enumerated().first { !isNear($0.element.0, $0.element.1, within: tolerance) }
    if let far {
      Issue.record(
        "row \(index), column \(far.offset): found \(far.element.0); expected \(far.element.1)",
        sourceLocation: sourceLocation)
      return
    }
  }
}

/// Whether two numbers differ by at most `tolerance`, times the second's magnitude where that is above 1.
func isNear(_ found: Double, _ wanted: Double, within tolerance: Double) -> Bool {
  if found == wanted || found.isNaN && wanted.isNaN { return true }
  return abs(found - wanted) <= tolerance * max(1, abs(wanted))
}

extension RandomStream {
  /// A test's own sequence.
  init(seed: Int) { self.init(Philox(key: UInt64(seed)), 0, 0, 0) }
}
