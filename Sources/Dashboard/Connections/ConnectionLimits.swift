import Foundation
import Glibc

/// Which connections are cut: the server reads requests without limits of its own.
///
/// A request of a page has a few hundred bytes, and an answer begins within seconds, or sends something every few seconds. Whoever sends
/// more, or waits for longer, is no page: it would only fill the memory, or the number of files that the process may have open.
package struct ConnectionLimits: Sendable {
  /// The most bytes that a connection may send, over all its requests.
  package var received: UInt64 = 256 << 10

  /// For how long nothing may be sent to a connection.
  package var silence: Duration = .seconds(60)

  package init() {}

  /// Whether a connection is to be cut.
  ///
  /// - Parameters:
  ///   - received: The bytes that have come over it.
  ///   - silence: The time since something was sent to it, or else since it was made.
  package func areExceeded(received: UInt64, silence: Duration) -> Bool {
    received > self.received || silence > self.silence
  }

  /// Ends the connections to a port of this process that exceed the limits.
  func enforce(onPort port: UInt16) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    for descriptor in names.compactMap({ CInt($0) }) {
      guard Self.port(of: descriptor) == port, let (received, silence) = Self.traffic(of: descriptor),
        areExceeded(received: received, silence: silence)
      else { continue }
      // The server sees the end and closes it.
      shutdown(descriptor, CInt(SHUT_RDWR))
    }
  }

  /// The port at this end of a socket of the internet's protocols; `nil` for any other descriptor.
  private static func port(of descriptor: CInt) -> UInt16? {
    var address = sockaddr_in6()
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let result = unsafe withUnsafeMutablePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(descriptor, $0, &length) }
    }
    // The port is at the same place in both kinds of addresses.
    guard result == 0, [AF_INET, AF_INET6].contains(CInt(address.sin6_family)) else { return nil }
    return UInt16(bigEndian: address.sin6_port)
  }

  /// The bytes received over a connection, and the time since something was sent; `nil` unless it is a connection.
  ///
  /// Source: `struct tcp_info` in `include/uapi/linux/tcp.h` of Linux, whose layout only grows: the state is byte 0,
  /// `tcpi_last_data_sent`, in milliseconds, is at 44, and `tcpi_bytes_received`, since Linux 4.1, at 128.
  private static func traffic(of descriptor: CInt) -> (received: UInt64, silence: Duration)? {
    var information = [UInt8](repeating: 0, count: 256)
    var length = socklen_t(information.count)
    guard unsafe getsockopt(descriptor, CInt(IPPROTO_TCP), CInt(TCP_INFO), &information, &length) == 0, length >= 48,
      information[0] != UInt8(TCP_LISTEN)
    else { return nil }
    func number(at offset: Int, bytes: Int) -> UInt64 {
      guard offset + bytes <= Int(length) else { return 0 }
      return information[offset..<offset + bytes].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    return (number(at: 128, bytes: 8), .milliseconds(Int64(number(at: 44, bytes: 4))))
  }

  /// Lets the process have as many files open as it may: each connection is one.
  static func raiseOpenFiles() {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 65_536))
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
