import Kernels

/// Owns the memory behind a benchmark's matrices, and fills them from one stream of random numbers.
final class Store {
  private var buffers: [FloatBuffer] = []
  private var stream = RandomStream(Philox(key: 2020), 0, 0, 0)

  /// - Parameter room: Columns of the matrix that this one is the left part of.
  func matrix(_ rows: Int, _ columns: Int, room: Int? = nil, in range: ClosedRange<Float> = -1...1) -> Matrix {
    let buffer = FloatBuffer(count: rows * (room ?? columns))
    buffer.values = (0..<buffer.count).map { _ in Float.random(in: range, using: &stream) }
    buffers.append(buffer)
    return buffer.matrix(rows: rows, columns: room ?? columns).columns(from: 0, count: columns)
  }

  func row(_ count: Int, in range: ClosedRange<Float> = -1...1) -> Row { matrix(1, count, in: range)[0] }
}

/// A matrix as the plain loops read it.
struct PlainMatrix {
  let rows: Int
  let columns: Int
  var values: [Double]

  init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    values = [Double](repeating: 0, count: rows * columns)
  }

  init(_ matrix: Matrix) {
    self.init(rows: matrix.rows, columns: matrix.columns)
    for row in 0..<rows {
      for column in 0..<columns { self[row, column] = Double(matrix[row, column]) }
    }
  }

  subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  var transposed: PlainMatrix {
    var result = PlainMatrix(rows: columns, columns: rows)
    for row in 0..<rows {
      for column in 0..<columns { result[column, row] = self[row, column] }
    }
    return result
  }

  func times(_ other: PlainMatrix) -> PlainMatrix {
    precondition(columns == other.rows, "\(rows) × \(columns) times \(other.rows) × \(other.columns)")
    var result = PlainMatrix(rows: rows, columns: other.columns)
    for row in 0..<rows {
      for step in 0..<columns {
        let factor = self[row, step]
        for column in 0..<other.columns { result[row, column] += factor * other[step, column] }
      }
    }
    return result
  }

  /// Each row changed by a function of it.
  func mapRows(_ change: (_ index: Int, _ row: [Double]) -> [Double]) -> PlainMatrix {
    var result = self
    result.values = (0..<rows).flatMap { change($0, Array(values[$0 * columns..<($0 + 1) * columns])) }
    return result
  }
}

/// Stops the run where a kernel's result is not the plain loop's.
///
/// - Parameter tolerance: Times the plain value, or 1 if that is smaller.
func check(_ name: String, _ found: Matrix, equals plain: PlainMatrix, within tolerance: Double = 1e-4) throws {
  for row in 0..<plain.rows {
    for column in 0..<plain.columns {
      let (value, wanted) = (Double(found[row, column]), plain[row, column])
      guard (value - wanted).magnitude <= tolerance * max(1, wanted.magnitude) else {
        throw BenchmarkError(
          "\(name): found \(value) at row \(row), column \(column); expected \(wanted), as the plain loop has it")
      }
    }
  }
}
