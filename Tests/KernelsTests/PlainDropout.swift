import Kernels

/// The scalar twin of dropout's bits, and the mask that the kernels draw for the same names.
struct PlainDropout {
  let rate: DropoutRate
  var philox = Philox(key: 0x0123_4567_89ab_cdef)
  var sample: UInt32 = 3
  var site: UInt32 = 5
  var epoch: UInt32 = 7

  /// What dropout multiplies an element by: 0, or the scale.
  ///
  /// - Parameter columns: The mask's, which say in which word a row begins.
  func factor(row: Int, column: Int, of columns: Int) -> Double {
    let word = row * ((columns + 15) / 16) + column / 16
    let (a, b, c, d) = philox.words(UInt32(word / 8 * 16 + column % 16), sample, site, epoch)
    let bits = [a, a >> 16, b, b >> 16, c, c >> 16, d, d >> 16][word % 8] & 0xffff
    return bits >= rate.threshold ? Double(rate.scale) : 0
  }

  /// `x` after dropout.
  func apply(to x: Plain) -> Plain {
    x.mapElements { row, column, value in value * factor(row: row, column: column, of: x[row].count) }
  }

  /// - Parameter first: The row of the mask that takes the first row's bits.
  func mask(rows: Int, columns: Int, from first: Int = 0) -> DropoutMask {
    var mask = DropoutMask(rows: first + rows, columns: columns)
    mask.draw(rows: rows, from: first, rate: rate, philox, sample: sample, site: site, epoch: epoch)
    return mask
  }
}
