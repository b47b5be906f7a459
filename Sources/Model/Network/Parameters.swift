package import Kernels

/// A flat buffer in a network's layout: parameters, their gradients, or an optimizer's moments.
package final class Parameters {
  package let layout: ParameterLayout
  package let buffer: FloatBuffer

  /// Creates a buffer of zeros.
  package init(layout: ParameterLayout) {
    self.layout = layout
    buffer = FloatBuffer(count: layout.bufferCount)
  }

  /// The elements of a named parameter.
  package func row(_ name: String) -> Row {
    let entry = layout.entry(name)
    return buffer.row(at: entry.offset, count: entry.count)
  }

  /// A named parameter with two axes; with `stacked`, together with the parameters that follow it.
  func matrix(_ name: String, stacked: Int = 1) -> Matrix {
    let entry = layout.entry(name)
    return buffer.matrix(at: entry.offset, rows: stacked * entry.shape[0], columns: entry.shape[1])
  }

  /// `count` elements, starting with the first one of a named parameter.
  func row(_ name: String, stacked: Int) -> Row {
    let entry = layout.entry(name)
    return buffer.row(at: entry.offset, count: stacked * entry.count)
  }

  /// Draws the initial values: normal with the given deviation, or 0 or 1 as specified by the layout.
  ///
  /// Each parameter has its own random stream, so its values depend only on the seed, its position and its size.
  package func initialize(deviation: Double, randomness: Randomness) {
    for (index, entry) in layout.entries.enumerated() {
      let values = buffer.row(at: entry.offset, count: entry.count)
      switch entry.initial {
      case .zeros: values.fill(with: 0)
      case .ones: values.fill(with: 1)
      case .normal:
        var stream = randomness.stream(.initialization, UInt32(index), epoch: 0)
        for start in stride(from: 0, to: entry.count, by: 2) {
          let pair = stream.nextNormalPair()
          values[start] = Float(pair.0 * deviation)
          if start + 1 < entry.count { values[start + 1] = Float(pair.1 * deviation) }
        }
      }
    }
  }
}
