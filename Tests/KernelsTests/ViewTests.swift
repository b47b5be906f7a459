import Kernels
import Testing

@Suite struct ViewTests {
  /// 0, 1, 2 … 23
  private let buffer: FloatBuffer

  init() {
    buffer = FloatBuffer(count: 24)
    buffer.values = (0..<24).map(Float.init)
  }

  @Test func `A new buffer is zero, and so is a cleared one`() {
    #expect(FloatBuffer(count: 37).values == [Float](repeating: 0, count: 37))
    buffer.clear()
    #expect(buffer.values == [Float](repeating: 0, count: 24))
    #expect(FloatBuffer(count: 0).values.isEmpty)
  }

  @Test func `A slice of a row begins at its offset`() {
    #expect(buffer.all.values == buffer.values)
    #expect(buffer.row(at: 3, count: 7).values == [3, 4, 5, 6, 7, 8, 9])
    #expect(buffer.row(at: 3, count: 7).slice(at: 2, count: 3).values == [5, 6, 7])
    #expect(buffer.row(at: 24, count: 0).values.isEmpty)
    #expect(buffer.row(at: 23, count: 1)[0] == 23)
  }

  @Test func `A matrix's rows and columns are views of the same floats`() {
    let matrix = buffer.matrix(at: 2, rows: 4, columns: 5)
    #expect(matrix[3].values == [17, 18, 19, 20, 21])
    #expect(matrix[1, 2] == 9)
    let inner = matrix.rows(from: 1, count: 2).columns(from: 3, count: 2)
    #expect((inner.rows, inner.columns, inner.stride) == (2, 2, 5))
    #expect(inner[0].values == [10, 11])
    #expect(inner[1].values == [15, 16])
    inner[1, 0] = -1
    #expect(buffer.values[15] == -1)
    #expect(buffer.row(at: 4, count: 6).matrix(rows: 3, columns: 2)[2].values == [8, 9])
  }

  @Test func `Filling and copying change the view alone`() {
    buffer.matrix(rows: 4, columns: 6).rows(from: 1, count: 2).columns(from: 1, count: 2).fill(with: -1)
    var expected = (0..<24).map(Float.init)
    for index in [7, 8, 13, 14] { expected[index] = -1 }
    #expect(buffer.values == expected)

    let other = FloatBuffer(count: 4)
    other.values = [50, 51, 52, 53]
    buffer.matrix(rows: 4, columns: 6).rows(from: 2, count: 2).columns(from: 4, count: 2)
      .copy(from: other.matrix(rows: 2, columns: 2))
    for (index, value) in zip([16, 17, 22, 23], other.values) { expected[index] = value }
    #expect(buffer.values == expected)

    buffer.row(at: 1, count: 3).copy(from: [8, 9, 10])
    buffer.row(at: 4, count: 2).fill(with: 4)
    expected.replaceSubrange(1..<6, with: [8, 9, 10, 4, 4])
    #expect(buffer.values == expected)
  }

  @Test func `Floats survive as little-endian bytes, bit by bit`() {
    let values: [Float] = [1, -0.0, .pi, -.infinity, Float(bitPattern: 0x7fc0_1234), .leastNonzeroMagnitude]
    let row = Framed(values)
    #expect(row.row.bytes.prefix(8) == [0, 0, 0x80, 0x3f, 0, 0, 0, 0x80])
    let copy = Framed([Float](repeating: 0, count: 6))
    copy.row.copy(fromBytes: ([9] + row.row.bytes).dropFirst())
    #expect(copy.row.values.map(\.bitPattern) == values.map(\.bitPattern))
    #expect(copy.isFrameIntact)
    Framed([]).row.copy(fromBytes: [])
  }
}
