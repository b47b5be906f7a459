import CSIMD

/// Sixteen floats, the unit that every kernel works in.
package typealias Vector = SIMD16<Float>

/// Memory for floats, initialized to zero and aligned to a cache line.
///
/// Sixteen floats past its end may be read, so that a kernel can load a whole vector at the end of
/// any view.
@safe package final class FloatBuffer {
  /// The number of floats in the buffer.
  package let count: Int

  let base: UnsafeMutablePointer<Float>

  /// - Parameter count: At least 0.
  package init(count: Int) {
    precondition(count >= 0, "a buffer of \(count) floats")
    self.count = count
    let bytes = (count + 16) * MemoryLayout<Float>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    unsafe base = raw.bindMemory(to: Float.self, capacity: count + 16)
    unsafe base.initialize(repeating: 0, count: count + 16)
  }

  deinit { unsafe base.deallocate() }

  /// `count` floats, starting at `offset`.
  package func row(at offset: Int = 0, count: Int) -> Row {
    precondition(
      offset >= 0 && count >= 0 && offset + count <= self.count,
      "floats \(offset)..<\(offset + count) of a buffer of \(self.count)")
    return unsafe Row(base: base + offset, count: count)
  }

  /// The whole buffer.
  package var all: Row { row(count: count) }

  /// A matrix of contiguous rows, starting at `offset`.
  package func matrix(at offset: Int = 0, rows: Int, columns: Int) -> Matrix {
    precondition(
      offset >= 0 && rows >= 0 && columns >= 0 && offset + rows * columns <= count,
      "a matrix \(rows) × \(columns) at \(offset) of a buffer of \(count)")
    return unsafe Matrix(base: base + offset, rows: rows, columns: columns, stride: columns)
  }

  /// Sets every float to 0.
  package func clear() { unsafe base.update(repeating: 0, count: count) }

  /// The floats as an array.
  package var values: [Float] {
    get { unsafe Array(UnsafeBufferPointer(start: base, count: count)) }
    set {
      precondition(newValue.count == count, "\(newValue.count) values for a buffer of \(count)")
      for (index, value) in newValue.enumerated() { unsafe base[index] = value }
    }
  }
}

/// A view of contiguous floats in a `FloatBuffer`, which must outlive the view.
@safe package struct Row {
  let base: UnsafeMutablePointer<Float>
  package let count: Int

  @inline(__always)
  init(base: UnsafeMutablePointer<Float>, count: Int) {
    unsafe self.base = unsafe base
    self.count = count
  }

  /// The first indices of the vectors that cover the row.
  @inline(__always)
  var lanes: Lanes { Lanes(count: count) }

  /// The first indices of the vectors from `first` on, which is a multiple of 16.
  @inline(__always)
  func lanes(from first: Int) -> Lanes { Lanes(from: first, count: count) }

  /// Sixteen floats, starting at `lane`; past the row's end they are `padding`.
  @inline(__always)
  func load(_ lane: Int, padding: Float = 0) -> Vector {
    let left = count &- lane
    return left >= 16
      ? unsafe loadVector(base + lane) : unsafe loadVector(base + lane, first: left, padding: padding)
  }

  /// Writes sixteen floats, starting at `lane`, or fewer if the row ends before.
  @inline(__always)
  func store(_ vector: Vector, _ lane: Int) {
    let left = count &- lane
    if left >= 16 {
      unsafe storeVector(vector, to: base + lane)
    } else {
      unsafe storeVector(vector, to: base + lane, first: left)
    }
  }

  @inline(__always)
  package subscript(index: Int) -> Float {
    get {
      assert(index >= 0 && index < count)
      return unsafe base[index]
    }
    nonmutating set {
      assert(index >= 0 && index < count)
      unsafe base[index] = newValue
    }
  }

  /// Sets every float to `value`.
  package func fill(with value: Float) { unsafe base.update(repeating: value, count: count) }

  /// Copies the floats of a row with the same count.
  package func copy(from other: Row) {
    precondition(count == other.count, "\(other.count) floats copied to \(count)")
    unsafe base.update(from: other.base, count: count)
  }

  /// Copies values into the row.
  package func copy(from other: some Collection<Float>) {
    precondition(count == other.count, "\(other.count) floats copied to \(count)")
    for (index, value) in other.enumerated() { unsafe base[index] = value }
  }

  /// `count` floats, starting at `offset`.
  package func slice(at offset: Int, count: Int) -> Row {
    precondition(offset >= 0 && count >= 0 && offset + count <= self.count)
    return unsafe Row(base: base + offset, count: count)
  }

  /// The row as a matrix of contiguous rows.
  package func matrix(rows: Int, columns: Int) -> Matrix {
    precondition(rows * columns == count, "\(rows) × \(columns) of \(count) floats")
    return unsafe Matrix(base: base, rows: rows, columns: columns, stride: columns)
  }

  /// The floats as an array.
  package var values: [Float] { unsafe Array(UnsafeBufferPointer(start: base, count: count)) }

  /// The floats' bytes, in this machine's order (little-endian on every supported one).
  package var bytes: [UInt8] { unsafe Array(UnsafeRawBufferPointer(start: base, count: count * 4)) }

  /// Appends the floats' bytes to others, without an intermediate copy.
  package func append(to bytes: inout [UInt8]) {
    unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(start: base, count: count * 4))
  }

  /// Reads the floats from little-endian bytes, four per float.
  package func copy(fromBytes bytes: ArraySlice<UInt8>) {
    precondition(bytes.count == count * 4, "\(bytes.count) bytes for \(count) floats")
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe UnsafeMutableRawPointer(base).copyMemory(from: start, byteCount: source.count)
    }
  }
}

/// A view of rows of floats, `stride` floats apart, in a `FloatBuffer`, which must outlive the view.
@safe package struct Matrix {
  let base: UnsafeMutablePointer<Float>
  package let rows: Int
  package let columns: Int
  package let stride: Int

  @inline(__always)
  init(base: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int) {
    unsafe self.base = unsafe base
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  @inline(__always)
  package subscript(row: Int) -> Row {
    assert(row >= 0 && row < rows)
    return unsafe Row(base: base + row * stride, count: columns)
  }

  @inline(__always)
  package subscript(row: Int, column: Int) -> Float {
    get { self[row][column] }
    nonmutating set { self[row][column] = newValue }
  }

  /// `count` rows, starting at `first`.
  package func rows(from first: Int, count: Int) -> Matrix {
    precondition(
      first >= 0 && count >= 0 && first + count <= rows, "rows \(first)..<\(first + count) of \(rows)")
    return unsafe Matrix(base: base + first * stride, rows: count, columns: columns, stride: stride)
  }

  /// `count` columns, starting at `first`.
  package func columns(from first: Int, count: Int) -> Matrix {
    precondition(
      first >= 0 && count >= 0 && first + count <= columns, "columns \(first)..<\(first + count) of \(columns)")
    return unsafe Matrix(base: base + first, rows: rows, columns: count, stride: stride)
  }

  /// Copies the elements of a matrix with the same shape.
  package func copy(from other: Matrix) {
    precondition(rows == other.rows, "\(other.rows) rows copied to \(rows)")
    for row in 0..<rows { self[row].copy(from: other[row]) }
  }

  /// Sets every element to `value`.
  package func fill(with value: Float) {
    for row in 0..<rows { self[row].fill(with: value) }
  }
}
