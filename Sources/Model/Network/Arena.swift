import Kernels

/// The owner of the memory behind a workspace's views; or only their counter, which says how much memory they would take.
final class Arena {
  private var buffers: [FloatBuffer] = []
  private let allocates: Bool
  /// What an arena that only counts hands out.
  private let nothing = FloatBuffer(count: 0)
  /// The number of floats that were only counted.
  private var counted = 0

  init() { allocates = true }

  private init(allocates: Bool) { self.allocates = allocates }

  /// The number of floats in all buffers.
  var floatCount: Int { counted + buffers.reduce(0) { $0 + $1.count } }

  /// The number of floats that `make` asks an arena for; all views that it gets are empty.
  static func count(_ make: (Arena) -> Void) -> Int {
    let arena = Arena(allocates: false)
    make(arena)
    return arena.floatCount
  }

  func buffer(_ count: Int) -> FloatBuffer {
    guard allocates else {
      counted += count
      return nothing
    }
    let buffer = FloatBuffer(count: count)
    buffers.append(buffer)
    return buffer
  }

  func row(_ count: Int) -> Row { buffer(count).all }

  func matrix(_ rows: Int, _ columns: Int) -> Matrix {
    let row = row(rows * columns)
    return allocates ? row.matrix(rows: rows, columns: columns) : row.matrix(rows: 0, columns: 0)
  }

  /// A matrix for the right operand of products. Its rows start at cache lines, but are never a multiple of 1 KiB apart.
  ///
  /// Such rows would share a few sets of the first-level cache and evict each other.
  func spacedMatrix(_ rows: Int, _ columns: Int) -> Matrix {
    let room = roundedToLanes(columns)
    let matrix = matrix(rows, room % 256 == 0 ? room + 16 : room)
    return allocates ? matrix.columns(from: 0, count: columns) : matrix
  }

  func norm(_ rows: Int, _ width: Int) -> LayerNormMemory {
    LayerNormMemory(normalized: matrix(rows, width), inverseDeviation: row(rows))
  }

  /// A mask, whose bits are not counted.
  func mask(_ rows: Int, _ columns: Int) -> DropoutMask {
    allocates ? DropoutMask(rows: rows, columns: columns) : DropoutMask(rows: 0, columns: 0)
  }

  /// Pairs of BF16 of the rows of a right operand.
  func pairs(_ rows: Int, _ columns: Int) -> Matrix { spacedMatrix((rows + 1) / 2, columns) }
}
