import Foundation
import Literals

/// Named tensors of 32-bit floats in one file: the safetensors format.
///
/// A file has eight bytes with the header's length (little-endian), the header in JSON with each tensor's type, shape and position,
/// and the tensors' bytes.
///
/// Source: the format's description in the safetensors project's README.
public struct Safetensors: Sendable, Equatable {
  /// A tensor of 32-bit floats.
  public struct Tensor: Sendable, Equatable {
    /// Outermost axis first.
    public var shape: [Int]
    /// Little-endian, row-major.
    public var bytes: [UInt8]

    public init(shape: [Int], bytes: [UInt8]) {
      self.shape = shape
      self.bytes = bytes
    }
  }

  public var tensors: [String: Tensor]
  /// Free text by key.
  public var metadata: [String: String]

  public init(tensors: [String: Tensor] = [:], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The maximum length of a header: 100 MB, as in the format's own library.
  private static let longestHeader = 100_000_000

  /// The header's key for free text.
  private static let metadataName = "__metadata__"

  private struct Entry: Codable {
    var dtype: String
    var shape: [Int]
    var offsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }

  private enum HeaderValue: Codable {
    case tensor(Entry)
    case metadata([String: String])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let entry = try? container.decode(Entry.self) {
        self = .tensor(entry)
      } else {
        self = .metadata(try container.decode([String: String].self))
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .tensor(let entry): try container.encode(entry)
      case .metadata(let text): try container.encode(text)
      }
    }
  }

  // MARK: - Writing

  /// A tensor to be written directly from memory, so that a large tensor does not exist twice.
  struct Source {
    let shape: [Int]
    let byteCount: Int
    let append: (_ bytes: inout [UInt8]) -> Void
  }

  /// The file's bytes; the same tensors and metadata always give the same bytes.
  public func encoded() throws -> [UInt8] {
    try Self.encoded(
      tensors.mapValues { tensor in
        Source(shape: tensor.shape, byteCount: tensor.bytes.count) { $0 += tensor.bytes }
      }, metadata: metadata)
  }

  /// The bytes of a file with these tensors.
  static func encoded(_ tensors: [String: Source], metadata: [String: String]) throws -> [UInt8] {
    var header: [String: HeaderValue] = metadata.isEmpty ? [:] : [metadataName: .metadata(metadata)]
    let names = tensors.keys.sorted()
    var offset = 0
    for name in names {
      guard let tensor = tensors[name] else { continue }
      let end = offset + tensor.byteCount
      header[name] = .tensor(Entry(dtype: "F32", shape: tensor.shape, offsets: [offset, end]))
      offset = end
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var json = Array(try encoder.encode(header))
    while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + json.count + offset)
    for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: json.count >> shift)) }
    bytes += json
    for name in names { tensors[name]?.append(&bytes) }
    return bytes
  }

  // MARK: - Reading

  /// Parses a file's bytes.
  ///
  /// - Parameter file: The file's name, for errors.
  /// - Throws: If the bytes are not such a file, are truncated, or contain types other than 32-bit floats.
  public init(decoding bytes: [UInt8], file: String) throws(SafetensorsError) {
    func fail(_ found: String, _ expected: String) -> SafetensorsError {
      SafetensorsError(location: file, found: found, expected: expected)
    }
    guard bytes.count >= 8 else {
      throw fail("\(bytes.count) bytes", "a safetensors file, which starts with the 8-byte length of its header")
    }
    let length = bytes[..<8].enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * $1.offset) }
    guard length <= UInt64(Self.longestHeader), Int(length) <= bytes.count - 8 else {
      throw fail("a header length of \(length) bytes in a file of \(bytes.count) bytes", "a complete safetensors file")
    }
    let start = 8 + Int(length)
    let header: [String: HeaderValue]
    do {
      header = try JSONDecoder().decode([String: HeaderValue].self, from: Data(bytes[8..<start]))
    } catch {
      throw fail("a header with unexpected JSON", "tensors with dtype, shape and data_offsets")
    }
    self.init()
    var places: [(name: String, shape: [Int], start: Int, end: Int)] = []
    for (name, value) in header.sorted(by: { $0.key < $1.key }) {
      switch value {
      case .metadata(let text):
        guard name == Self.metadataName else {
          throw fail("'\(name)', which is not a tensor", "dtype, shape and data_offsets")
        }
        metadata = text
      case .tensor(let entry):
        guard name != Self.metadataName else { throw fail("a tensor named \(name)", "a map of texts under that name") }
        guard entry.dtype == "F32" else { throw fail("tensor '\(name)' of type \(entry.dtype)", "type F32") }
        var count = 4
        for axis in entry.shape {
          let product = count.multipliedReportingOverflow(by: axis)
          guard axis >= 0, !product.overflow else {
            throw fail("tensor '\(name)' of shape \(entry.shape)", "a shape that fits the file")
          }
          count = product.partialValue
        }
        let offsets = entry.offsets
        guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= bytes.count - start,
          offsets[1] - offsets[0] == count
        else {
          throw fail(
            "tensor '\(name)' of shape \(entry.shape) at \(offsets)",
            "\(count) bytes within the file's \(bytes.count - start)")
        }
        places.append((name, entry.shape, offsets[0], offsets[1]))
      }
    }
    // Overlapping tensors could make a small file fill the memory.
    var end = 0
    for place in places.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
      guard place.start == end else {
        throw fail(
          "tensor '\(place.name)' at byte \(place.start)", "the tensor at byte \(end), where the previous one ends")
      }
      tensors[place.name] = Tensor(shape: place.shape, bytes: Array(bytes[start + place.start..<start + place.end]))
      end = place.end
    }
    guard end == bytes.count - start else {
      throw fail("\(bytes.count - start - end) bytes after the last tensor", "nothing")
    }
  }
}

/// Bytes that are not the expected safetensors file.
public struct SafetensorsError: Error, Equatable, CustomStringConvertible {
  /// The file.
  public let location: String
  public let found: String
  public let expected: String

  /// One line for a terminal.
  public var description: String { message(at: location, found: found, expected: expected) }
}
