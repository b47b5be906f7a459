import Kernels

extension Parameters {
  /// The parameters as tensors, their names behind `prefix`.
  func tensors(prefix: String = "") -> [String: Safetensors.Tensor] {
    var tensors: [String: Safetensors.Tensor] = [:]
    for entry in layout.entries {
      let bytes = buffer.row(at: entry.offset, count: entry.count).bytes
      tensors[prefix + entry.name] = Safetensors.Tensor(shape: entry.shape, bytes: bytes)
    }
    return tensors
  }

  /// The parameters as tensors to be written from where they stand, their names behind `prefix`.
  func sources(prefix: String = "") -> [String: Safetensors.Source] {
    var sources: [String: Safetensors.Source] = [:]
    for entry in layout.entries {
      let row = buffer.row(at: entry.offset, count: entry.count)
      sources[prefix + entry.name] = Safetensors.Source(shape: entry.shape, byteCount: 4 * entry.count) { bytes in
        withExtendedLifetime(self) { row.append(to: &bytes) }
      }
    }
    return sources
  }

  /// Takes every parameter from the tensors of a file.
  ///
  /// - Throws: When one is missing or has another shape.
  func read(_ safetensors: Safetensors, prefix: String = "", file: String) throws(SafetensorsError) {
    for entry in layout.entries {
      let tensor = try safetensors.tensor(of: entry, prefix: prefix, file: file)
      buffer.row(at: entry.offset, count: entry.count).copy(fromBytes: tensor.bytes[...])
    }
  }
}

extension Safetensors {
  /// The tensor of a parameter.
  ///
  /// - Throws: When it is missing or has another shape.
  func tensor(
    of entry: ParameterLayout.Entry, prefix: String = "", file: String
  ) throws(SafetensorsError) -> Tensor {
    guard let tensor = tensors[prefix + entry.name] else {
      throw SafetensorsError(
        location: file, found: "no tensor '\(prefix)\(entry.name)'", expected: "one of shape \(entry.shape)")
    }
    guard tensor.shape == entry.shape else {
      throw SafetensorsError(
        location: file, found: "tensor '\(prefix)\(entry.name)' of shape \(tensor.shape)",
        expected: "shape \(entry.shape), as configuration and dataset demand")
    }
    return tensor
  }
}
