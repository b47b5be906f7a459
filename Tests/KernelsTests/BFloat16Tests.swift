import Foundation
import Kernels
import Testing

private let hasBFloat16 =
  InstructionSet.hasBFloat16
  && (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.contains("avx512_bf16") == true

/// Products in BF16 against their twins, bit for bit.
@Suite(.enabled(if: hasBFloat16, "this CPU, or this build, has no products in BF16"))
struct BFloat16Tests {
  private let buffers = (0..<2).map { _ in FloatBuffer(count: PairRoom.count(rows: 320, columns: 320)) }

  /// Room for any product of these tests.
  private var room: PairRoom { PairRoom(left: buffers[0].all, right: buffers[1].all) }

  /// To the nearest BF16, halves to even.
  private func rounded(_ value: Float) -> Float {
    let bits = value.bitPattern
    return Float(bitPattern: (bits + 0x7fff + (bits >> 16) & 1) & 0xffff_0000)
  }

  /// The twin's element: two products at a time, the second one first.
  private func chain(_ left: [Float], _ right: [Float], from start: Float) -> Float {
    stride(from: 0, to: left.count, by: 2).reduce(start) { sum, step in
      let second = step + 1 < left.count ? sum.addingProduct(rounded(left[step + 1]), rounded(right[step + 1])) : sum
      return second.addingProduct(rounded(left[step]), rounded(right[step]))
    }
  }

  @Test(arguments: MatmulTests.shapes, [Orientation.asIs, .transposed])
  func `A product's bits are its twin's`(shape: (Int, Int, Int), orientation: Orientation) {
    let (m, k, n) = shape
    var stream = RandomStream(seed: 21)
    let left = Framed(rows: orientation == .asIs ? m : k, columns: orientation == .asIs ? k : m, using: &stream)
    let right = Framed(rows: k, columns: n, using: &stream)
    let start = Framed(rows: m, columns: n, using: &stream).matrix
    let factors = (0..<m).map { row in
      (0..<k).map { orientation == .asIs ? left.matrix[row, $0] : left.matrix[$0, row] }
    }
    let columns = (0..<n).map { column in (0..<k).map { right.matrix[$0, column] } }
    let sums = factors.map { factors in columns.map { chain(factors, $0, from: 0) * -0.25 } }
    let totals = (0..<m).map { row in (0..<n).map { chain(factors[row], columns[$0], from: start[row, $0]) } }

    // An operand whose pairs are made by the product or kept, or that is given transposed.
    let kept = Framed(rows: (k + 1) / 2, columns: roundedToLanes(n))
    let keeping = RightOperand(right.matrix, pairs: kept.matrix.columns(from: 0, count: n))
    keeping.updatePairs()
    let turned = Framed(rows: n, columns: k) { right.matrix[$1, $0] }
    let place = Framed(rows: k, columns: n)
    let operands = [
      { RightOperand(right.matrix) }, { keeping },
      { RightOperand(transposing: turned.matrix, into: place.matrix, room: room) },
    ]
    for operand in operands {
      let c = Framed(rows: m, columns: n) { _, _ in .nan }
      matmul(left.matrix, orientation, operand(), into: c.matrix, scale: -0.25, room: room)
      #expect((0..<m).allSatisfy { c.matrix[$0].values == sums[$0] })
      c.matrix.copy(from: start)
      matmul(left.matrix, orientation, operand(), into: c.matrix, adding: true, room: room)
      #expect((0..<m).allSatisfy { c.matrix[$0].values == totals[$0] })
      #expect([c, left, right, kept].allSatisfy { $0.isFrameIntact })
    }
  }

  @Test(arguments: [(0, 7), (4, 5), (3, 6), (0, 12)])
  func `A part of an operand is that operand's`(first: Int, count: Int) {
    var stream = RandomStream(seed: 22)
    let right = Framed(rows: 12, columns: 20, using: &stream).matrix
    let pairs = Framed(rows: 6, columns: 32).matrix.columns(from: 0, count: 20)
    let operand = RightOperand(right, pairs: pairs)
    operand.updatePairs()
    let left = Framed(rows: 5, columns: count, using: &stream).matrix
    let (found, wanted) = (Framed(rows: 5, columns: 9).matrix, Framed(rows: 5, columns: 9).matrix)
    matmul(
      left, .asIs, operand.rows(from: first, count: count).columns(from: 3, count: 9), into: found, room: room)
    matmul(
      left, .asIs, RightOperand(right.rows(from: first, count: count).columns(from: 3, count: 9)), into: wanted,
      room: room)
    for row in 0..<5 { #expect(found[row].values == wanted[row].values) }
  }

  @Test func `Rounding is to the nearest, and what is no number stays none`() {
    let tie = Float(bitPattern: 0x3f80_8000)
    let cases: [(Float, Float)] = [
      (tie, 1), (tie.nextUp, 1.0078125), (Float(bitPattern: 0x3f81_8000), 1.015625), (-0.1, -0.10009765625),
      (.infinity, .infinity), (.greatestFiniteMagnitude, .infinity), (.leastNormalMagnitude / 2, 0), (.nan, .nan),
    ]
    for (value, expected) in cases {
      let c = Framed([0])
      matmul(Framed([value]).matrix, .asIs, RightOperand(Framed([1]).matrix), into: c.matrix, room: room)
      #expect(c.row[0] == expected || c.row[0].isNaN && expected.isNaN, "\(value)")
    }
  }

  @Test(arguments: AttentionTests.shapes)
  func `Attention in BF16 is near that in 32 bits`(shape: (Int, Int, Int)) {
    let (queries, keys, width) = shape
    var stream = RandomStream(seed: 23)
    let sizes = [queries, keys, keys, queries]
    let inputs = sizes.map { Framed(rows: $0, columns: width, using: &stream).matrix }
    let results = [nil, room].map { room in
      let memory = (0..<2).map { _ in Framed(rows: queries, columns: roundedToLanes(keys)).matrix }
      let transposed = Framed(rows: width, columns: roundedToLanes(keys)).matrix
      let outputs = sizes.map { Framed(rows: $0, columns: width) }
      let head = AttentionHead(
        query: inputs[0], key: inputs[1], value: inputs[2], scale: 1 / Float(width).squareRoot(),
        probabilities: memory[0])
      head.forward(
        DropoutMask(rows: 0, columns: 0), firstRow: 0, .none, scratch: memory[1], transposed: transposed,
        into: outputs[3].matrix, room: room)
      head.backward(
        contextGradient: inputs[3], .none, scratch: memory[1], transposed: transposed,
        queryGradient: outputs[0].matrix, keyGradient: outputs[1].matrix, valueGradient: outputs[2].matrix, room: room)
      return outputs.map(\.plain)
    }
    for (plain, paired) in zip(results[0], results[1]) {
      let difference = paired.plus(plain, times: -1)
      #expect(difference.inner(difference).squareRoot() <= 0.01 * plain.inner(plain).squareRoot() + 1e-3)
    }
  }
}
