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

  /// The elements of a group.
  func row(_ group: ParameterGroup) -> Row {
    buffer.row(at: layout.entry(group.names[0]).offset, count: group.count)
  }

  /// A group of parameters with two axes, stacked along the first.
  func matrix(_ group: ParameterGroup) -> Matrix {
    row(group).matrix(rows: group.names.count * group.shape[0], columns: group.shape[1])
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
