import Fuzzing
import Model

/// Reads the input as a safetensors file, as it stands or behind the length of a header that ends at its last brace.
///
/// What can be read has to read back, and holds no more bytes than the file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  unsafe attempt(bytes, count) { input in tryInput(&input) }
}

private func tryInput(_ input: inout Input) {
  let isWhole = input.choice(of: 2) == 0
  var file = input.bytes()
  if !isWhole {
    let length = (file.lastIndex(of: UInt8(ascii: "}")) ?? -1) + 1
    file = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + file
  }
  do throws(SafetensorsError) {
    let content = try Safetensors(decoding: file, file: "f")
    let size = content.tensors.values.reduce(0) { $0 + $1.bytes.count }
    require(size <= file.count, "\(size) bytes of tensors in a file of \(file.count)")
    guard let encoded = try? content.encoded() else { fatalError("\(content) cannot be written") }
    guard let again = try? Safetensors(decoding: encoded, file: "f") else { fatalError("\(content) cannot be read") }
    require(again == content, "\(again) in place of \(content)")
  } catch {
    require(isPlain(error.description), "not plain: \(error.description.debugDescription)")
  }
}
