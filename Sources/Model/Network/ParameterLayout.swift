/// The position of each parameter in the flat buffer that contains all of them.
///
/// Gradients and the optimizer's moments have the same layout, so that a step is one pass over four buffers. The names are RecBole's, for
/// exchange with it; linear weights are `[out, in]`.
///
/// Source: RecBole 1.2.1.
public struct ParameterLayout: Sendable, Equatable {
  /// A named parameter.
  public struct Entry: Sendable, Equatable {
    /// RecBole's name, such as `trm_encoder.layer.0.feed_forward.dense_1.weight`.
    public let name: String
    /// Outermost axis first.
    public let shape: [Int]
    /// The position of the first element in the buffer.
    package let offset: Int
    /// How the parameter is initialized.
    let initial: Initial

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }
  }

  /// The initialization of a parameter.
  enum Initial: Sendable, Equatable { case normal, zeros, ones }

  /// The parameters in the order of the buffer.
  public private(set) var entries: [Entry] = []

  /// The number of floats in the buffer, including gaps for alignment.
  private(set) var bufferCount = 0

  /// The number of trainable parameters.
  public var parameterCount: Int { entries.reduce(0) { $0 + $1.count } }

  /// The layout of these groups, in order, each of which starts at a cache line.
  init(_ groups: [ParameterGroup]) {
    for group in groups {
      for name in group.names {
        let entry = Entry(name: name, shape: group.shape, offset: bufferCount, initial: group.initial)
        entries.append(entry)
        bufferCount += entry.count
      }
      bufferCount = Self.aligned(bufferCount)
    }
  }

  /// The entry with a name, which must exist.
  func entry(_ name: String) -> Entry {
    guard let entry = entries.first(where: { $0.name == name }) else {
      preconditionFailure("no parameter is called '\(name)'")
    }
    return entry
  }

  /// The next multiple of 16 floats, a cache line.
  private static func aligned(_ offset: Int) -> Int { (offset + 15) / 16 * 16 }
}
