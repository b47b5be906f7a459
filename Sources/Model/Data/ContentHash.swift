import Crypto
import Foundation
import Literals
import Locks

/// The SHA-256 of the concatenated bytes of several files, updated from the thread that reads them.
final class ContentHash: Sendable {
  private let hash = Locked(SHA256())

  /// Adds the next bytes.
  func update(_ bytes: Data) { hash.withLock { $0.update(data: bytes) } }

  /// The hash of all bytes so far.
  var hexadecimal: String { hash.withLock { $0.finalize() }.hexadecimal }
}
