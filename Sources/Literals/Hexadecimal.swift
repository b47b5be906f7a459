extension Sequence<UInt8> {
  /// The bytes as lowercase hexadecimal, two digits each: how hashes are written.
  package var hexadecimal: String {
    map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
