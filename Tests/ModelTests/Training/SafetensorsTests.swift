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

  /// A file with the given header and eight bytes of data.
  static func bytes(header: String, length: UInt64? = nil) -> [UInt8] {
    let length = length ?? UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + header.utf8 + [UInt8](repeating: 0, count: 8)
  }

  @Test(
    arguments: [
      ([1, 2, 3], "3 bytes"), (bytes(header: "{}", length: .max), "a header said to be"),
      (bytes(header: "{}", length: 1_000_000_000_000), "a header said to be"),
      (bytes(header: "no"), "not the expected JSON"),
      (bytes(header: #"{"t":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}"#), "of type F16"),
      (bytes(header: #"{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#), "of shape [2] at [0, 4]"),
      (bytes(header: #"{"t":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}"#), "at [0, 12]"),
      (bytes(header: #"{"t":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#), "of shape [-1]"),
      (bytes(header: #"{"t":{"dtype":"F32","shape":[4611686018427387904,8],"data_offsets":[0,4]}}"#), "of shape"),
      (bytes(header: #"{"t":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}"#), "at [8, 4]"),
    ] as [([UInt8], String)])
  func `A file that is not what it says is refused`(bytes: [UInt8], found: String) throws {
    let error = #expect(throws: SafetensorsError.self) { try Safetensors(decoding: bytes, file: "w.safetensors") }
    #expect(error?.found.contains(found) == true, "\(error?.description ?? "")")
    #expect(error?.location == "w.safetensors")
  }
}
