import Kernels

/// The owner of the memory behind a workspace's views.
final class Arena {
  private var buffers: [FloatBuffer] = []

  /// The number of floats in all buffers.
  var floatCount: Int { buffers.reduce(0) { $0 + $1.count } }

  func buffer(_ count: Int) -> FloatBuffer {
    let buffer = FloatBuffer(count: count)
    buffers.append(buffer)
    return buffer
  }

  func matrix(_ rows: Int, _ columns: Int) -> Matrix {
    buffer(rows * columns).matrix(rows: rows, columns: columns)
  }

  /// A matrix for the right operand of products. Its rows start at cache lines, but are never a multiple of 1 KiB apart.
  ///
  /// Such rows would share a few sets of the first-level cache and evict each other.
  func spacedMatrix(_ rows: Int, _ columns: Int) -> Matrix {
    matrix(rows, Self.spacing(columns)).columns(from: 0, count: columns)
  }

  /// The number of floats from one row of a `spacedMatrix` to the next.
  static func spacing(_ columns: Int) -> Int {
    let room = roundedToLanes(columns)
    return room % 256 == 0 ? room + 16 : room
  }

  func norm(_ rows: Int, _ width: Int) -> LayerNormMemory {
    LayerNormMemory(normalized: matrix(rows, width), inverseDeviation: matrix(1, rows)[0])
  }
}
