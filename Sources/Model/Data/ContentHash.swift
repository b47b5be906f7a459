import Crypto
import Foundation
import Locks

/// The SHA-256 of several files' bytes, one file after the other, fed from the thread that reads them.
final class ContentHash: Sendable {
  private let hash = Locked(SHA256())

  /// Takes in the next bytes.
  func update(_ bytes: Data) { hash.withLock { $0.update(data: bytes) } }

  /// The hash of all bytes so far.
  var hexadecimal: String {
    hash.withLock { $0.finalize() }.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
