package import Kernels

/// A flat buffer in a network's layout: parameters, their gradients, or an optimizer's moments.
package final class Parameters {
  package let layout: ParameterLayout
  package let buffer: FloatBuffer

  /// All zeros.
  package init(layout: ParameterLayout) {
    self.layout = layout
    buffer = FloatBuffer(count: layout.bufferCount)
  }

  /// The elements of a named parameter.
  package func row(_ name: String) -> Row {
    let entry = layout.entry(name)
    return buffer.row(at: entry.offset, count: entry.count)
  }

  /// A named parameter of two axes; with `stacked`, together with the ones that follow it.
  func matrix(_ name: String, stacked: Int = 1) -> Matrix {
    let entry = layout.entry(name)
    return buffer.matrix(at: entry.offset, rows: stacked * entry.shape[0], columns: entry.shape[1])
  }

  /// `count` elements from a named parameter's first on.
  func row(_ name: String, stacked: Int) -> Row {
    let entry = layout.entry(name)
    return buffer.row(at: entry.offset, count: stacked * entry.count)
  }

  /// Draws the initial values: normal with the given deviation, or 0 and 1 where the layout says so.
  ///
  /// Each parameter has its own stream, so its values depend on the seed, its place and its own size alone.
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
