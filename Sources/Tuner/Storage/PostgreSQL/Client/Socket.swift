import Glibc

/// A socket, or a pipe, that something is awaited from.
struct Socket {
  let number: CInt

  /// What is awaited.
  enum Readiness: Int16 {
    case input = 0x001
    case inputOrOutput = 0x005
  }

  /// How long `wait` waits.
  private static let slice: CInt = 100

  /// Waits a tenth of a second; returns whether the socket is ready, or broken.
  func wait(for readiness: Readiness) -> Bool {
    var descriptor = pollfd(fd: number, events: readiness.rawValue, revents: 0)
    // The kernel ignores a number below zero, and waits.
    return unsafe poll(&descriptor, 1, Self.slice) != 0 || number < 0
  }

  /// Whether the other host does not even acknowledge what was sent, after two more tries of the kernel.
  ///
  /// A host that acknowledges is only slow. False for everything but TCP.
  var isUnanswered: Bool {
    // Of `struct tcp_info`: the retransmissions and the probes without an answer are its third and fourth bytes.
    var information = [UInt8](repeating: 0, count: 4)
    var size = socklen_t(information.count)
    guard unsafe getsockopt(number, CInt(IPPROTO_TCP), TCP_INFO, &information, &size) == 0, size == 4 else {
      return false
    }
    return Int(information[2]) + Int(information[3]) >= 2
  }
}
