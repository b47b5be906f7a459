/// Where each parameter lies in the flat buffer that holds them all.
///
/// Gradients and the optimizer's moments have the same layout, so that a step is one pass over four buffers. The names are the reference
/// program's, for exchange with it; linear weights are `[out, in]`. Query, key and value lie side by side, so
/// that one product computes all three.
///
/// Source: RecBole 1.2.1.
public struct ParameterLayout: Sendable, Equatable {
  /// A named parameter.
  public struct Entry: Sendable, Equatable {
    /// The reference's name, such as `trm_encoder.layer.0.feed_forward.dense_1.weight`.
    public let name: String
    /// Outermost axis first.
    public let shape: [Int]
    /// Its first element's place in the buffer.
    package let offset: Int
    /// How it starts.
    let initial: Initial

    /// Elements in the parameter.
    public var count: Int { shape.reduce(1, *) }
  }

  /// What a parameter starts from.
  enum Initial: Sendable, Equatable { case normal, zeros, ones }

  /// In the order of the buffer.
  public private(set) var entries: [Entry] = []

  /// Floats that the buffer needs, gaps for alignment included.
  private(set) var bufferCount = 0

  /// Trainable parameters.
  public var parameterCount: Int { entries.reduce(0) { $0 + $1.count } }

  /// - Parameter itemCount: Classes V, padding included.
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

  /// The entry of a name, which has to exist.
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
