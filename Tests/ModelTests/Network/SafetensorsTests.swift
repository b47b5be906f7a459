import Model
import Testing

@Suite struct SafetensorsTests {
  static let file = Safetensors(
    tensors: [
      "b": .init(shape: [2], bytes: [0, 0, 128, 63, 0, 0, 0, 64]), "a": .init(shape: [1, 1], bytes: [1, 2, 3, 4]),
    ],
    metadata: ["format": "pt"])

  @Test func `What is written is read again, and written alike`() throws {
    let bytes = try Self.file.encoded()
    #expect(try Safetensors(decoding: bytes, file: "x") == Self.file)
    #expect(try Safetensors(decoding: bytes, file: "x").encoded() == bytes)
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5, 6, 7])
  func `Tensors and text of any names are read as they were written`(seed: Int) throws {
    let names = ["", "a\"b\\", "\u{1B}[31m", "../x", "商品", "\u{202E}", "👩‍👩‍👧", String(repeating: "n", count: 10_000)]
    var file = Safetensors()
    for (index, name) in names.enumerated() {
      let shape = [[], [0], [3], [2, 0, 5], [1, 1, 1, 1], [seed], [2, 3], [seed, 2]][(index + seed) % 8]
      file.tensors[name] = .init(
        shape: shape, bytes: (0..<4 * shape.reduce(1, *)).map { UInt8(truncatingIfNeeded: $0) })
      file.metadata[name] = names[(index + seed) % names.count]
    }
    #expect(try Safetensors(decoding: file.encoded(), file: "x") == file)
  }

  @Test func `A small file says nothing that takes much memory`() throws {
    // A network of two billion parameters by what the file says, and none by what it has.
    let dataset = TrainerTests.dataset(users: 3)
    var configuration = Configuration()
    configuration.network.hiddenSize = 16_384
    configuration.network.innerSize = 16_384
    configuration.network.maximumLength = 65_536
    let error = #expect(throws: SafetensorsError.self) {
      _ = try SavedModel(Self.file, file: "w", configuration: configuration, dataset: dataset)
    }
    #expect(error?.found == "no tensor 'output_bias'")
  }

  /// A file with the given header and eight bytes of data.
  static func bytes(header: String, length: UInt64? = nil) -> [UInt8] {
    let length = length ?? UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + header.utf8 + [UInt8](repeating: 0, count: 8)
  }

  @Test(
    arguments: [
      ([1, 2, 3], "3 bytes"), (bytes(header: "{}", length: .max), "a header length of"),
      (bytes(header: "{}", length: 1_000_000_000_000), "a header length of"),
      (bytes(header: "no"), "a header with unexpected JSON"),
      (bytes(header: #"{"t":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}"#), "of type F16"),
      (bytes(header: #"{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#), "of shape [2] at [0, 4]"),
      (bytes(header: #"{"t":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}"#), "at [0, 12]"),
      (bytes(header: #"{"t":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#), "of shape [-1]"),
      (bytes(header: #"{"t":{"dtype":"F32","shape":[4611686018427387904,8],"data_offsets":[0,4]}}"#), "of shape"),
      (bytes(header: #"{"t":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}"#), "at [8, 4]"),
      (bytes(header: #"{"t":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#), "tensor 't' at byte 4"),
      (bytes(header: #"{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#), "4 bytes after the last tensor"),
      (bytes(header: "{}"), "8 bytes after the last tensor"),
      (
        bytes(
          header: #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
            + #""b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#), "tensor 'b' at byte 0"
      ),
      (bytes(header: #"{"x":{"a":"b"}}"#), "'x', which is not a tensor"),
      (
        bytes(header: #"{"__metadata__":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#),
        "a tensor named __metadata__"
      ),
      (bytes(header: String(repeating: "[", count: 100_000)), "a header with unexpected JSON"),
      (
        bytes(header: #"{"t":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]}}"#),
        "a header with unexpected JSON"
      ),
    ] as [([UInt8], String)])
  func `A file that is not what it says is refused`(bytes: [UInt8], found: String) throws {
    let error = #expect(throws: SafetensorsError.self) { try Safetensors(decoding: bytes, file: "w.safetensors") }
    #expect(error?.found.contains(found) == true, "\(error?.description ?? "")")
    #expect(error?.location == "w.safetensors")
  }
}
