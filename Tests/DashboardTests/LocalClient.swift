import Foundation
import Glibc
import Testing

/// A connection to a port of this machine, used on threads of its own, since the server is in the same process.
final class LocalClient: Sendable {
  private let descriptor: CInt

  /// Connects; a server that does not answer for an hour is not waited for any longer.
  init(port: UInt16) throws {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    self.descriptor = descriptor
    var patience = timeval(tv_sec: 3600, tv_usec: 0)
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(result == 0, "nothing listens on port \(port)")
  }

  deinit { close(descriptor) }

  /// Sends a text as far as the other side takes it.
  func send(_ text: String) async {
    await onThread { [descriptor] in
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes {
          unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
        }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
      }
    }
  }

  /// Reads to the end.
  func answer() async -> String {
    await onThread { [descriptor] in
      var (all, bytes) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 16))
      while true {
        let count = unsafe recv(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return String(decoding: all, as: UTF8.self) }
        all += bytes[..<count]
      }
    }
  }
}

/// Runs what may wait on a thread of its own.
func onThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
  await withCheckedContinuation { continuation in
    Thread.detachNewThread { continuation.resume(returning: work()) }
  }
}
