import Kernels

extension Parameters {
  /// The parameters as tensors, with `prefix` before their names.
  func tensors(prefix: String = "") -> [String: Safetensors.Tensor] {
    var tensors: [String: Safetensors.Tensor] = [:]
    for entry in layout.entries {
      let bytes = buffer.row(at: entry.offset, count: entry.count).bytes
      tensors[prefix + entry.name] = Safetensors.Tensor(shape: entry.shape, bytes: bytes)
    }
    return tensors
  }

  /// The parameters as tensors to be written directly from memory, with `prefix` before their names.
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

  /// Reads every parameter from the tensors of a file.
  ///
  /// - Throws: If one is missing or has a different shape.
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
  /// - Throws: If it is missing or has a different shape.
  func tensor(
    of entry: ParameterLayout.Entry, prefix: String = "", file: String
  ) throws(SafetensorsError) -> Tensor {
    guard let tensor = tensors[prefix + entry.name] else {
      throw SafetensorsError(
        location: file, found: "no tensor '\(prefix)\(entry.name)'", expected: "a tensor of shape \(entry.shape)")
    }
    guard tensor.shape == entry.shape else {
      throw SafetensorsError(
        location: file, found: "tensor '\(prefix)\(entry.name)' of shape \(tensor.shape)",
        expected: "shape \(entry.shape), which follows from configuration and dataset")
    }
    return tensor
  }
}
