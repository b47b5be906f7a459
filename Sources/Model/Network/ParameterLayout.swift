/// The position of each parameter in the flat buffer that contains all of them.
///
/// Gradients and the optimizer's moments have the same layout, so that a step is one pass over four buffers. The names are RecBole's, for
/// exchange with it; linear weights are `[out, in]`. Query, key and value are adjacent, so that one product computes
/// all three.
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

  /// - Parameter itemCount: The number of classes V, including padding.
  public init(_ network: NetworkConfiguration, itemCount: Int) {
    let (hidden, inner) = (network.hiddenSize, network.innerSize)
    add("output_bias", [itemCount], .zeros)
    add("item_embedding.weight", [itemCount + 1, hidden], .normal)
    add("position_embedding.weight", [network.maximumLength, hidden], .normal)
    addNorm("LayerNorm", hidden)
    for layer in 0..<network.layerCount {
      let attention = "trm_encoder.layer.\(layer).multi_head_attention"
      let parts = ["query", "key", "value"]
      for part in parts { add("\(attention).\(part).weight", [hidden, hidden], .normal, aligned: part == "query") }
      for part in parts { add("\(attention).\(part).bias", [hidden], .zeros, aligned: part == "query") }
      addLinear("\(attention).dense", from: hidden, to: hidden)
      addNorm("\(attention).LayerNorm", hidden)
      let feedForward = "trm_encoder.layer.\(layer).feed_forward"
      addLinear("\(feedForward).dense_1", from: hidden, to: inner)
      addLinear("\(feedForward).dense_2", from: inner, to: hidden)
      addNorm("\(feedForward).LayerNorm", hidden)
    }
    addLinear("output_ffn", from: hidden, to: hidden)
    addNorm("output_ln", hidden)
    bufferCount = Self.aligned(bufferCount)
  }

  /// The entry with a name, which must exist.
  func entry(_ name: String) -> Entry {
    guard let entry = entries.first(where: { $0.name == name }) else {
      preconditionFailure("no parameter is called '\(name)'")
    }
    return entry
  }

  private mutating func add(_ name: String, _ shape: [Int], _ initial: Initial, aligned: Bool = true) {
    let offset = aligned ? Self.aligned(bufferCount) : bufferCount
    let entry = Entry(name: name, shape: shape, offset: offset, initial: initial)
    entries.append(entry)
    bufferCount = offset + entry.count
  }

  private mutating func addLinear(_ name: String, from input: Int, to output: Int) {
    add("\(name).weight", [output, input], .normal)
    add("\(name).bias", [output], .zeros)
  }

  private mutating func addNorm(_ name: String, _ width: Int) {
    add("\(name).weight", [width], .ones)
    add("\(name).bias", [width], .zeros)
  }

  /// The next multiple of 16 floats, a cache line.
  private static func aligned(_ offset: Int) -> Int { (offset + 15) / 16 * 16 }
}
