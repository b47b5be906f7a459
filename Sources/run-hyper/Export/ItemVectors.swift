import Model

/// The items' vectors, whose inner product with a user's vector and a 1 is the score.
struct ItemVectors {
  /// The number of items, with padding.
  let rows: Int

  /// The size of an embedding, and one for the bias.
  let columns: Int

  private let embedding: [UInt8]
  private let bias: [UInt8]

  /// - Parameter weights: They have every parameter of the network in its shape.
  init(_ weights: Safetensors) {
    guard let embedding = weights.tensors["item_embedding.weight"], let bias = weights.tensors["output_bias"],
      embedding.shape.count == 2, bias.shape.count == 1, embedding.shape[0] > bias.shape[0]
    else { preconditionFailure("weights without an embedding or a bias for each item") }
    (rows, columns) = (bias.shape[0], embedding.shape[1] + 1)
    (self.embedding, self.bias) = (embedding.bytes, bias.bytes)
  }

  /// A NumPy file with 32-bit floats, `[items, hidden + 1]`.
  ///
  /// The mask, the last row of the embedding, is no item. Nor is padding: its bias is −∞, so it ranks behind every item, as in RecBole,
  /// whose evaluation gives it this score.
  ///
  /// Source: NumPy's format, version 1.0, <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.
  var file: [UInt8] {
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
    // Ten bytes stand before it and a line end after it; the values begin at a multiple of 64.
    header += String(repeating: " ", count: 63 - (header.utf8.count + 10) % 64) + "\n"
    let length = header.utf8.count
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
    bytes.reserveCapacity(bytes.count + length + 4 * rows * columns)
    bytes += header.utf8
    let width = 4 * (columns - 1)
    for row in 0..<rows {
      bytes += embedding[row * width..<(row + 1) * width]
      bytes += row == 0 ? [0, 0, 0x80, 0xFF] : bias[4 * row..<4 * row + 4]
    }
    return bytes
  }
}
