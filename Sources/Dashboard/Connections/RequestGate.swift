import FlyingSocks
import Foundation
import Glibc
import Locks

/// Takes connections, and passes on those that send a small request with the token in time, one each.
///
/// FlyingFox reads lines of any length, at a cost that grows with the square of it, waits for the end of a request for ever, and stops
/// when no more files can be opened. So it is reached through this gate only, which knows nothing of a request but its size, what it
/// begins with, and the empty line that ends its head.
struct RequestGate: Sendable {
  /// What a client may do.
  struct Limits: Sendable {
    /// The largest head of a request, in bytes. Browsers send about one KiB, and the cookies of other programs on this machine.
    var head = 16 << 10

    /// For its head, a client has this long.
    var patience: Duration = .seconds(10)

    /// So long may it read nothing, and the server send nothing.
    var silence: Duration = .seconds(60)

    /// Connections at a time.
    var connections = min(1024, OpenFiles.raisedLimit() / 4)
  }

  private let socket: AsyncSocket
  private let rule: RequestRule
  private let server: sockaddr_un
  private let pool: PollingSocketPool
  private let limits = Limits()
  private let count = Counter()

  let port: UInt16

  private final class Counter: Sendable { let value = Locked(0) }

  /// Listens on an address.
  ///
  /// - Parameter server: Where requests are passed on.
  /// - Throws: A `SocketError`.
  init(_ address: some SocketAddress, _ rule: RequestRule, server: sockaddr_un, pool: PollingSocketPool) throws {
    let socket = try Socket(domain: Int32(address.family))
    do {
      try socket.setValue(true, for: .localAddressReuse)
      try socket.bind(to: address)
      try socket.listen()
      switch try socket.sockname() {
      case .ip4(_, let port), .ip6(_, let port): self.port = port
      case .unix: throw SocketError.unsupportedAddress
      }
      self.socket = try AsyncSocket(socket: socket, pool: pool)
    } catch {
      try? socket.close()
      throw error
    }
    (self.rule, self.server, self.pool) = (rule, server, pool)
  }

  /// Takes connections until the task is canceled.
  func run() async {
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        do {
          let client = try await socket.accept()
          group.addTask { await serve(client) }
        } catch {
          // Too many open files, or a client that is gone already: others come later.
          try? await Task.sleep(for: .milliseconds(50))
        }
      }
      group.cancelAll()
    }
    close()
  }

  func close() { try? socket.close() }

  // MARK: - A connection

  private func serve(_ client: AsyncSocket) async {
    defer { try? client.close() }
    let number = count.value.withLock { count in
      count += 1
      return count
    }
    defer { count.value.withLock { $0 -= 1 } }
    guard number <= limits.connections else { return await refuse(client, "503 Service Unavailable") }
    do {
      let request = try await within(limits.patience) { try await head(from: client) }
      if let status = rule.refusal(ofRequestThatBegins: request) { return await refuse(client, status) }
      guard request.count <= limits.head else { return await refuse(client, "431 Request Header Fields Too Large") }
      try await pass(request, to: client)
    } catch is Late {
      await refuse(client, "408 Request Timeout")
    } catch {
      // The client, or the server, is gone.
    }
  }

  /// The bytes of a request until its head is complete, or too long; what came with the end of the head is among them.
  private func head(from client: AsyncSocket) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count <= limits.head {
      let start = max(bytes.count - 3, 0)
      bytes += try await client.read(atMost: 4096)
      if bytes[start...].indices.contains(where: { bytes[$0...].starts(with: [13, 10, 13, 10]) }) { break }
    }
    return bytes
  }

  private func pass(_ request: [UInt8], to client: AsyncSocket) async throws {
    let connection = try await AsyncSocket.connected(to: server, pool: pool)
    defer { try? connection.close() }
    try await connection.write(Data(request))
    // No more requests: the server closes the connection when it has answered.
    shutdown(connection.socket.file.rawValue, CInt(SHUT_WR))
    while true {
      let bytes = try await within(limits.silence) { try await connection.read(atMost: 4096) }
      try await within(limits.silence) { try await client.write(Data(bytes)) }
    }
  }

  /// Answers, and lets the client read the answer: a connection with unread bytes would be torn down.
  private func refuse(_ client: AsyncSocket, _ status: String) async {
    let answer = "HTTP/1.1 \(status)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    _ = try? await within(.seconds(2)) {
      try await client.write(Data(answer.utf8))
      shutdown(client.socket.file.rawValue, CInt(SHUT_WR))
      for _ in 0..<1024 { _ = try await client.read(atMost: 4096) }
    }
  }

  // MARK: - Time

  private struct Late: Error {}

  /// Runs `work`, which is canceled when it takes too long.
  private func within<Value: Sendable>(
    _ limit: Duration, _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
      group.addTask { try await work() }
      group.addTask {
        try await Task.sleep(for: limit)
        return nil
      }
      defer { group.cancelAll() }
      guard let value = try await group.next() ?? nil else { throw Late() }
      return value
    }
  }
}

/// The number of files that the process may have open: each connection is two or three.
enum OpenFiles {
  /// Raises the limit as far as the process may; returns it.
  static func raisedLimit() -> Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 256 }
    limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 65_536))
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return Int(clamping: limit.rlim_cur)
  }
}
