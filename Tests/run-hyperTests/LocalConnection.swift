import Foundation
import Glibc
import Testing

/// A connection to a port of this machine.
final class LocalConnection {
  private let descriptor: CInt

  /// Connects; slow machines are waited for, and one that does not answer for 15 minutes is not.
  init(port: UInt16) throws {
    descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var patience = timeval(tv_sec: 900, tv_usec: 0)
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let result = unsafe Self.withLoopback(port: port) { unsafe connect(descriptor, $0, $1) }
    try #require(result == 0, "nothing listens on port \(port)")
  }

  deinit { close(descriptor) }

  /// A port on which this process listens from now on, and never answers.
  static func listeningPort() -> UInt16 {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var port: UInt16 = 0
    unsafe withLoopback(port: 0) { address, size in
      var size = size
      _ = unsafe bind(descriptor, address, size)
      _ = unsafe getsockname(descriptor, address, &size)
      port = unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { unsafe $0.pointee.sin_port }
    }
    listen(descriptor, 1)
    return UInt16(bigEndian: port)
  }

  @discardableResult
  private static func withLoopback<Result>(
    port: UInt16, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return unsafe withUnsafeMutablePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  /// Sends bytes as far as the other side takes them, and says whether it took them all.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Some bytes; empty at the end.
  func read() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe recv(descriptor, &bytes, bytes.count, 0)
    return Array(bytes.prefix(max(count, 0)))
  }

  func readAll() -> [UInt8] {
    var all: [UInt8] = []
    while true {
      let bytes = read()
      guard !bytes.isEmpty else { return all }
      all += bytes
    }
  }
}
